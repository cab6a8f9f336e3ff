internal import Algorithms
internal import Foundation
internal import SentryCapture
internal import SentryEngine
internal import SentryNetfilter
internal import SentryRules
internal import Synchronization

/// The kernel's part of queue mode as the daemon handles it: what feeds the queue, the ways out that `Route to` names, and the copy
/// that is loaded at boot.
///
/// Calls take milliseconds: system calls, and programs of the system where the kernel needs them.
final class KernelGate: Sendable {
  private let intake: QueueIntake
  private let interfaces: [String]
  private let host: NetfilterHost
  private let routes: RouteKeeper
  private let watcher: RulesetGuard
  private let keeper: SetKeeper
  private let flowKeeper: FlowKeeper
  private let packets: PacketThread
  /// Why the kernel does not block triggered addresses by itself; `nil` if it does.
  private let obstacle = Mutex<String?>(nil)
  /// Why packets of no flow stay in the kernel; `nil` if they may.
  private let flowObstacle = Mutex<String?>(nil)

  /// Entries or flows that the packet thread counts at once: packets wait meanwhile, well below a millisecond.
  private static let creditLimit = 2_048

  /// - Throws: where the kernel has no packet filter.
  init(_ intake: QueueIntake, interfaces: [String], packets: PacketThread) throws(NetfilterError) {
    self.intake = intake
    self.interfaces = interfaces
    self.packets = packets
    host = try NetfilterHost()
    routes = try RouteKeeper()
    watcher = try RulesetGuard(host)
    keeper = try SetKeeper(
      host, packets.changes,
      SetKeeper.Links(
        ask: { question in packets.post { $0.tell(question) } },
        credit: { hits in
          for part in hits.chunks(ofCount: Self.creditLimit).map(Array.init) { packets.post { $0.credit(part) } }
        },
        endCopy: { packets.post { $0.stopTellingChanges() } },
        unheard: { [watcher] in watcher.unheard($0) }))
    flowKeeper = try FlowKeeper(packets.flows) { reading, generation in
      for part in reading.parts(of: Self.creditLimit) { packets.post { $0.credit(part, generation: generation) } }
    }
  }

  // MARK: Open and closed

  /// Begins to hand packets to the queue, which must be open.
  ///
  /// - Parameter isOnTrial: the next boot begins with the rules before, all the same.
  /// - Returns: what people should know of it, in sentences for the log.
  /// - Throws: why not; then nothing of ours is in the kernel.
  func open(by rules: LoadedRules, isOnTrial: Bool = false) throws(NetfilterError) -> [String] {
    if let queue = try host.found()?.queueInUse(besides: intake.options.number) { throw .inUse(queue: queue) }
    let status = try host.install(feed(for: rules))
    keeper.follow()
    beginFlows(by: rules)
    var remarks = [
      "the kernel hands over packets of \(interfaces.joined(separator: ", ")) (\(status.form.rawValue) form)"
    ]
    if status.replacedLeftover { remarks.append("what an earlier run had left in the kernel was replaced") }
    return remarks + (try routes.keep(rules)) + (isOnTrial ? [] : writeBootCopy())
  }

  /// Follows a change of the rules; packets go on to be handed over meanwhile.
  ///
  /// - Parameter isOnTrial: the next boot begins with the rules before, all the same.
  func change(
    from old: LoadedRules, to new: LoadedRules, isOnTrial: Bool
  ) throws(NetfilterError) -> KernelChange {
    guard isOpen else { return KernelChange(restartsCounts: false, remarks: []) }
    defer { beginFlows(by: new) }
    routes.follow(new)
    let isUpdated = try host.update(feed(for: new))
    if isUpdated { keeper.follow() }
    guard isUpdated || new.nextHops != old.nextHops else { return KernelChange(restartsCounts: false, remarks: []) }
    var remarks = try routes.keep(new)
    if !isOnTrial { remarks += writeBootCopy() }
    return KernelChange(restartsCounts: isUpdated, remarks: remarks)
  }

  /// Takes everything of ours out of the kernel, and the copy for the next boot: packets pass unjudged from now on, whatever
  /// the policy.
  func close() throws(NetfilterError) {
    try takeOut()
    if let directory = intake.stateDirectory { try BootCopy.remove(fromDirectory: directory) }
  }

  /// What the policy wants when the daemon ends. The copy for the next boot stays: the system may be shutting down.
  ///
  /// - Returns: false if it wants packets to be dropped, and what drops them has stayed.
  func leave() throws(NetfilterError) -> Bool {
    endFlows()
    guard intake.options.passesWhenFull else { return false }
    try takeOut()
    return true
  }

  /// No packet is lost: the kernel would drop what waits in the queue, were it not empty by then.
  private func takeOut() throws(NetfilterError) {
    defer { try? routes.remove() }
    endFlows()
    // If that fails, our part must go all the same.
    try? host.stopFeeding()
    packets.emptyQueue()
    try host.remove()
    keeper.follow()
  }

  var isOpen: Bool { host.status != nil }

  // MARK: Flows that need no judgement

  /// From now on flows may stay in the kernel, by these rules.
  private func beginFlows(by rules: LoadedRules) {
    guard host.status?.feed.keepsFlows == true else { return }
    flowKeeper.begin(generation: rules.generation)
    packets.post { $0.keepsFlows = true }
  }

  /// Takes all flows out of the kernel: the rules by which they stay are about to go. What they have carried is on its way to the
  /// packet thread when this returns.
  func endFlows() {
    packets.post { $0.keepsFlows = false }
    flowKeeper.end()
  }

  /// How many stay there, or why none does.
  var flows: (status: FlowKeeper.Status, obstacle: String?) { (flowKeeper.status, flowObstacle.withLock { $0 }) }

  private func flowObstacle(of rules: LoadedRules) -> String? {
    if intake.isDryRun { return "this is a dry run" }
    guard let rule = rules.wantsEveryPacket, rules.ruleSet.rules.indices.contains(Int(rule)) else { return nil }
    return "rule \(rules.ruleSet.rules[Int(rule)].number) counts every packet"
  }

  // MARK: The feed

  private func feed(for loaded: LoadedRules) -> QueueFeed {
    let rules = loaded.ruleSet
    let entries = interfaces.map { name in
      rules.interfaces.first { $0.name == name } ?? InterfaceEntry(name: name, isFiltered: true, isExternal: true)
    }
    let filtered = entries.filter(\.isFiltered)
    var feed = QueueFeed(
      queue: intake.options.number, interfaces: filtered.map(\.name),
      policy: intake.options.passesWhenFull ? .failOpen : .failClosed, queueMark: intake.queueMark,
      ownMark: QueueIntake.ownMark)
    let flowObstacle = flowObstacle(of: loaded)
    self.flowObstacle.withLock { $0 = flowObstacle }
    feed.keepsFlows = flowObstacle == nil
    guard !intake.isDryRun else {
      obstacle.withLock { $0 = "this is a dry run" }
      return feed
    }
    let blocking = Blocking(rules, interfaces: filtered)
    feed.early = EarlyChain(rules, interfaces: filtered)
    feed.blocking = blocking.plan.map { BlockingFeed($0) }
    obstacle.withLock { $0 = blocking.obstacle }
    return feed
  }

  /// Has the next boot begin with what is in the kernel now.
  ///
  /// - Returns: why it will not, if so.
  func writeBootCopy() -> [String] {
    guard let directory = intake.stateDirectory, let status = host.status else { return [] }
    do throws(NetfilterError) {
      try BootCopy.write(status, toDirectory: directory)
      return []
    } catch {
      let isOld = BootCopy.isThere(inDirectory: directory)
      return ["\(isOld ? "what an earlier document put there" : "nothing") will be loaded at boot: \(error)"]
    }
  }

  // MARK: Looking after it

  /// Puts back what others take out, until `stopGuarding`, on a thread of its own. `report` hears of it in sentences.
  func startGuarding(_ report: @escaping @Sendable (String) -> Void) {
    keeper.start(report)
    routes.start(report)
    flowKeeper.start(report)
    Thread.detachNewThread { [watcher, keeper, flowKeeper] in
      Thread.current.name = "guard"
      do throws(NetfilterError) {
        try watcher.run {
          // Sets that were put back are empty.
          if case .restored(let parts, _) = $0, parts.contains(.table) {
            keeper.follow()
            flowKeeper.beginAnew()
          }
          report($0.sentence)
        }
      } catch {
        report("changes of the kernel's packet filter are not noticed: \(error)")
      }
    }
  }

  func stopGuarding() {
    watcher.stop()
    routes.stop()
    keeper.stop()
    flowKeeper.stop()
  }

  /// Other addresses are never blocked from now on: this host's own, or those that are protected.
  func followSparedAddresses() { keeper.follow() }

  /// Waits until what people have taken out of the table of triggered addresses is gone from the kernel, too.
  ///
  /// - Returns: false if that takes longer than `patience`.
  func followRemovals(within patience: Duration) async -> Bool {
    guard host.status?.feed.blocking != nil else { return true }
    let checkpoint = keeper.nextCheckpoint()
    packets.post { $0.set(checkpoint: checkpoint) }
    let end = ContinuousClock.now + patience
    while !keeper.hasPassed(checkpoint) {
      guard ContinuousClock.now < end, (try? await Task.sleep(for: .milliseconds(10))) != nil else { return false }
    }
    return true
  }

  /// The kernel has still to let go of something that people have taken out.
  var isRemoving: Bool { host.status?.feed.blocking != nil && !keeper.hasPassedAll }

  /// How blocking by sets is doing, or why the kernel does not do it.
  var blocking: (status: SetKeeper.Status, obstacle: String?) { (keeper.status, obstacle.withLock { $0 }) }

  /// The ways out that `Route to` names.
  var ways: [RouteKeeper.Way] { routes.ways }

  /// What the kernel has decided and counted by itself; `nil` while closed.
  func counts() throws(NetfilterError) -> KernelCounts? { try host.counts() }

  var status: NetfilterStatus? { host.status }
}

/// What became of the kernel's part when the rules changed.
struct KernelChange {
  /// False where it is the same for both: it goes on counting.
  var restartsCounts: Bool
  /// What people should know of it, in sentences for the log.
  var remarks: [String]
}

extension RulesetGuard.Report {
  fileprivate var sentence: String {
    switch self {
    case .restored(let parts, let author):
      let who = author.map { "\($0.program) (process \($0.process))" } ?? "somebody"
      return "\(who) had changed our part of \(parts.map(\.rawValue).joined(separator: " and ")); it was put back"
    case .failed(let error):
      return "our part of the kernel's packet filter could not be put back, and will be tried again: \(error)"
    }
  }
}
