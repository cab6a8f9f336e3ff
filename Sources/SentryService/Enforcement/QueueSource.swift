internal import DequeModule
internal import SentryCapture
internal import SentryEngine
internal import SentryNetfilter
internal import SentryPacket
internal import SentryState

/// The kernel queue as the packet thread sees it: what waits there, what is held back there, and what becomes of it.
final class QueueSource {
  /// Packets taken before others get their turn.
  private static let batch = 512

  private let queue: KernelQueue
  private let isDryRun: Bool
  private var answers: Answers
  private let interfaceNames: [String]
  /// The system's indexes of the engine's interfaces, by their position; 0 for one the system does not have now.
  private(set) var interfaceIndexes: [UInt32]
  /// The ways out that rules name; their places number the marks.
  private var nextHops: [IPAddress]
  /// Packets for each of them that the system did not take.
  private var unsentByHop: [UInt64]
  private var windows = WindowWriter()
  private var waiting = WaitingFrames()
  /// What `Delay` holds, oldest first.
  private var held: Deque<HeldPacket> = []

  private struct HeldPacket {
    var identifier: UInt32
    var arrival: Timestamp
  }

  /// Opens the queue for packets of the named interfaces.
  ///
  /// - Throws: why not; also if the system has no interface of one of the names.
  init(_ intake: QueueIntake, interfaces names: [String], rules: LoadedRules) throws(CaptureError) {
    interfaceNames = names
    interfaceIndexes = Self.indexes(of: names)
    if let missing = zip(names, interfaceIndexes).first(where: { $1 == 0 })?.0 {
      throw .noSuchInterface(name: missing, available: try NetworkInterface.all().map(\.name))
    }
    nextHops = rules.nextHops
    unsentByHop = nextHops.map { _ in 0 }
    var options = intake.options
    options.keepsSegmentsTogether = nextHops.isEmpty
    queue = try KernelQueue(options)
    answers = try Answers(mark: QueueIntake.ownMark)
    isDryRun = intake.isDryRun
    held.reserveCapacity(1_024)
  }

  var descriptor: Int32 { queue.selectableDescriptor }

  /// Asks again which indexes the interfaces have: one that vanished and returned has another.
  func refreshInterfaceIndexes() { interfaceIndexes = Self.indexes(of: interfaceNames) }

  private static func indexes(of names: [String]) -> [UInt32] { names.map { NetworkInterface.index(of: $0) } }

  /// What goes by another way is sent anew, and so must come as it will be on the wire.
  func setNextHops(_ hops: [IPAddress]) throws(CaptureError) {
    let hadNone = nextHops.isEmpty
    unsentByHop = hops.map { hop in nextHops.firstIndex(of: hop).map { unsentByHop[$0] } ?? 0 }
    nextHops = hops
    if hadNone != hops.isEmpty { try queue.setKeepsSegmentsTogether(hops.isEmpty) }
  }

  // MARK: Verdicts

  /// Hands waiting packets to `judge`, which must give each to `carryOut`.
  func dispatch(_ judge: (RawSpan, QueuedPacket, PacketOrigin) -> Void) throws(CaptureError) {
    _ = try queue.dispatch(maximum: Self.batch) { bytes, packet in
      let origin = PacketOrigin(
        interface: position(of: packet.interfaceIndex), direction: packet.direction, isAtHook: true,
        sourceMAC: packet.sourceMAC)
      judge(bytes, packet, origin)
    }
  }

  /// Does with a packet what was decided. `engine` has judged it last; `pacing` is what it says of one that passes.
  func carryOut(
    _ judgement: Judgement, _ pacing: Pacing, on packet: QueuedPacket, _ bytes: RawSpan, _ engine: borrowing Engine,
    now: Timestamp
  ) {
    let identifier = packet.identifier
    guard !isDryRun else { return queue.verdicts.accept(identifier) }
    switch judgement.verdict {
    case .pass:
      guard judgement.isRateBound else { return queue.verdicts.accept(identifier) }
      pace(pacing, packet, bytes, engine)
    case .delay:
      queue.verdicts.hold(identifier)
      held.append(HeldPacket(identifier: identifier, arrival: now))
    case .routeTo:
      route(packet, bytes, through: judgement.decider.rule.flatMap { engine.rules.nextHop(of: $0) })
    case .delete, .reject, .dropConnection:
      refuse(packet, bytes, judgement.answer, engine, now: now)
    }
  }

  /// Keeps a packet where it is, for a verdict that comes later: `resume`, then `carryOut`, and `flush` at the end.
  func keepWaiting(_ packet: QueuedPacket) { queue.verdicts.hold(packet.identifier) }

  func resume() { queue.verdicts.resume() }

  /// Its sender sends it again.
  func discard(_ packet: QueuedPacket) { queue.verdicts.drop(packet.identifier) }

  private func refuse(
    _ packet: QueuedPacket, _ bytes: RawSpan, _ answer: Answer, _ engine: borrowing Engine, now: Timestamp
  ) {
    guard answer != .none else { return queue.verdicts.drop(packet.identifier) }
    // A copy, but only of packets that are answered.
    let fields = engine.packet
    answers.reply(answer, to: fields, in: bytes, going: packet.direction, engine.rules.blockedPage, now: now)
    guard answer.replacesPacket, answers.prepareReplacement(of: fields, in: bytes) else {
      return queue.verdicts.drop(packet.identifier)
    }
    switch packet.direction {
    case .inbound:
      answers.withReplacement { queue.verdicts.accept(packet.identifier, replacedBy: $0) }
    case .outbound:
      // It may be one of those that the kernel splits later, where one cut shorter would be lost: it goes anew.
      answers.sendReplacement()
      queue.verdicts.drop(packet.identifier)
    }
  }

  /// Inbound, the kernel chooses the way after us; what goes out has its way already and is sent anew.
  private func route(_ packet: QueuedPacket, _ bytes: RawSpan, through hop: IPAddress?) {
    guard let place = hop.flatMap({ nextHops.firstIndex(of: $0) }), let mark = PolicyRoutes.mark(ofHop: place) else {
      return queue.verdicts.accept(packet.identifier)
    }
    switch packet.direction {
    // Forwarded, and on that way already.
    case .outbound where packet.mark & PolicyRoutes.mask == mark:
      queue.verdicts.accept(packet.identifier)
    case .inbound:
      queue.verdicts.accept(packet.identifier, mark: packet.mark & ~PolicyRoutes.mask | mark)
    case .outbound:
      if !answers.send(bytes, mark: mark) { unsentByHop[place] &+= 1 }
      queue.verdicts.drop(packet.identifier)
    }
  }

  /// Past the last for an interface the engine does not know.
  private func position(of index: UInt32) -> Int {
    if let position = interfaceIndexes.firstIndex(of: index) { return position }
    // The kernel hands over packets of our interfaces only: one has just returned.
    refreshInterfaceIndexes()
    return interfaceIndexes.firstIndex(of: index) ?? interfaceIndexes.count
  }

  // MARK: Rates

  private func pace(_ pacing: Pacing, _ packet: QueuedPacket, _ bytes: RawSpan, _ engine: borrowing Engine) {
    let isWhole = bytes.byteCount >= packet.wireLength
    // A copy, but only of packets whose rate is limited.
    let fields = engine.packet
    if let sender = pacing.carries { windows.keep(fields, in: bytes, from: 0, for: sender) }
    switch (pacing.verdict, isWhole ? pacing.window : nil) {
    case (.drop, _):
      queue.verdicts.drop(packet.identifier)
    case (.pass, nil):
      queue.verdicts.accept(packet.identifier)
    case (.pass, let window?):
      windows.withWindow(window, fields, in: bytes) { queue.verdicts.accept(packet.identifier, replacedBy: $0) }
    case (.hold(let place), nil):
      queue.verdicts.hold(packet.identifier)
      waiting.put(packet.identifier, at: place)
    case (.hold(let place), let window?):
      queue.verdicts.hold(packet.identifier)
      windows.withWindow(window, fields, in: bytes) { waiting.put(packet.identifier, $0, at: place) }
    }
  }

  /// Lets a packet go on that has waited for its rate.
  func releaseWaiting(at place: Int) {
    let identifier = waiting.identifier(at: place)
    waiting.withBytes(at: place) { queue.verdicts.release(identifier, replacedBy: $0) }
  }

  /// Tells a sender that it may go on, in its receiver's name.
  func updateWindow(_ window: UInt16, of sender: Int) {
    windows.withUpdate(window, for: sender) { bytes, _ in answers.send(bytes) }
  }

  /// Sends the decisions about packets that have waited.
  func flush() { queue.verdicts.flush() }

  // MARK: Held packets

  /// How long from `now` until the next packet is due; `nil` if none is held.
  func nanosecondsToRelease(now: Timestamp, delay: Int64) -> Int64? {
    held.first.map { max(0, $0.arrival.nanoseconds + delay - now.nanoseconds) }
  }

  /// Lets go of what was held for `delay` nanoseconds.
  func release(now: Timestamp, delay: Int64) {
    guard let oldest = held.first, now.nanoseconds - oldest.arrival.nanoseconds >= delay else { return }
    while let packet = held.first, now.nanoseconds - packet.arrival.nanoseconds >= delay {
      queue.verdicts.release(packet.identifier)
      held.removeFirst()
    }
    queue.verdicts.flush()
  }

  /// Lets go of everything at once, in order.
  func releaseAll() {
    for packet in held { queue.verdicts.release(packet.identifier) }
    held.removeAll(keepingCapacity: true)
    queue.verdicts.flush()
  }

  // MARK: Counts

  /// Packets wait for a verdict; false where the system does not tell.
  var isWaitedIn: Bool { QueueStatistics.current(ofQueue: queue.number).map { $0.waiting > 0 } ?? false }

  func snapshot(problem: CaptureError?) -> QueueSnapshot {
    QueueSnapshot(
      problem: problem,
      number: queue.number, held: held.count, statistics: QueueStatistics.current(ofQueue: queue.number),
      overruns: queue.overruns, refusals: queue.refusals &+ queue.verdicts.failedSends,
      vanished: queue.vanished, unsent: answers.failed,
      unsentByHop: Dictionary(zip(nextHops, unsentByHop), uniquingKeysWith: &+))
  }
}

/// How the kernel queue is doing.
struct QueueSnapshot: Sendable {
  /// Why it gave no packets when it was last asked.
  var problem: CaptureError?
  var number: UInt16
  /// Packets `Delay` holds.
  var held: Int
  /// `nil` where the system does not tell.
  var statistics: QueueStatistics?
  /// How often the kernel had no room to hand packets over.
  var overruns: UInt64
  /// Decisions the kernel did not take.
  var refusals: UInt64
  /// Packets that were gone before their decision.
  var vanished: UInt64
  /// Packets of ours that the system did not take.
  var unsent: UInt64
  /// Those of them that were to go through a next hop.
  var unsentByHop: [IPAddress: UInt64]
}
