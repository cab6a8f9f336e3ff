// Who is behind a packet, as the packet thread comes to know it.
//
// A flow's first packet is a question to the process that looks up owners (`OwnerClient`); it waits, and so do the flow's
// others, while all other packets go on. Answers come in the order of the questions. One that does not come within `patience`
// is given up: its packets are judged as if there were no process, and if it comes later it counts from then on. So questions are
// settled in their order, and one number tells how far (`settledUpTo`).
//
// What is known stays in a table by flow, as numbers that belong to the names in the rules: rules with other names begin anew.
// The caller must take what is released before it looks at new packets; so the order within a flow is kept.
//
// Without rules that ask for it there is no desk, and no process.

internal import DequeModule
internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules
internal import SentryState

/// Knows, or finds out, which process of this host is behind a packet. For the packet thread only.
final class OwnerDesk {
  /// How long a packet waits at most, in nanoseconds: shorter than TCP's first retransmission (a second, RFC 6298 §2.1).
  static let patience: Int64 = 500_000_000
  /// What has not answered for so long will not any more, in nanoseconds.
  static let lifeSign: Int64 = 10_000_000_000
  private static let flowsRemembered = 65_536

  /// What becomes of a packet that was looked at.
  enum Step {
    /// It is judged: what is known stands in its origin.
    case isJudged
    /// `release` hands it out.
    case waits
    /// It goes nowhere: nothing is known, and its sender sends it again.
    case isDropped
  }

  private enum Standing {
    /// What is known stands in the packet's origin.
    case known
    /// The question that it must wait for.
    case asked(UInt32)
    /// It must wait until it is decided what its program may do.
    case undecided
    /// It cannot be asked.
    case unanswered
  }

  let applications: ApplicationBook
  let permissions: PermissionDesk
  var program: Program
  /// Rules ask about packets that go this way.
  private var asksInbound: Bool
  private var asksOutbound: Bool
  var process: OwnerProcess
  var table = OwnerTable(capacity: OwnerDesk.flowsRemembered)
  /// `nil` where the kernel does not tell.
  private let ends = SocketEnds()
  private var waiting = OwnerlessPackets()
  var questions = OwnerQuestions()
  /// The packet that is looked at.
  private var packet = PacketFields()
  var counts = OwnerCounts()
  /// A flow was denied after its packets were let go: the kernel may let its next ones pass by itself.
  var hasDeniedLate = false

  /// - Parameters:
  ///   - policy: what becomes of programs without a permission.
  ///   - applications: where the programs that are found get their numbers.
  ///   - drops: packets of TCP that would be refused for want of knowledge may be dropped instead.
  ///   - command: how the process is started.
  init(
    _ program: Program, policy: ApplicationSettings? = nil, applications: ApplicationBook = ApplicationBook(),
    drops: Bool = false, command: HelperCommand = .ourselves("owner-lookup")
  ) {
    self.program = program
    self.applications = applications
    permissions = PermissionDesk(program, policy, applications, drops: drops)
    process = OwnerProcess(command)
    asksInbound = program.asksForOwners(of: .inbound)
    asksOutbound = program.asksForOwners(of: .outbound)
  }

  /// Numbers that were worked out for other names mean nothing any more. What is being asked goes on.
  func follow(_ program: Program, policy: ApplicationSettings? = nil) {
    let isSame = permissions.follow(program, policy) && self.program.applications == program.applications
    self.program = program
    asksInbound = program.asksForOwners(of: .inbound)
    asksOutbound = program.asksForOwners(of: .outbound)
    guard !isSame else { return }
    permissions.giveUpAll(mayDrop: true)
    table.removeAll()
    for question in questions.waiting { table.ask(question.flow, question: question.number, now: question.time) }
  }

  // MARK: The process

  /// Readable when there is something to `receive`; `nil` while the process does not run.
  var descriptor: Int32? { process.client?.descriptor }

  /// Readable when there is something to `hearOfEnds`.
  var endsDescriptor: Int32? { ends?.descriptor }

  /// Sockets have ended: whose their ports' flows are is asked again.
  func hearOfEnds() { ends?.take { table.end(udpPort: $0) } }

  /// Starts the process if it does not run and may be tried again.
  ///
  /// - Returns: true if it runs now and did not before.
  func startIfDue(now: Timestamp) -> Bool { process.startIfDue(now: now) }

  /// Does not answer any more: `lose` it.
  func isStuck(now: Timestamp) -> Bool {
    questions.oldest.map { now.nanoseconds - $0.nanoseconds >= Self.lifeSign } ?? false
  }

  /// The process has ended, or is to: nobody answers any more. Its descriptor is closed.
  func lose(now: Timestamp) {
    process.lose(because: isStuck(now: now) ? "it did not answer" : "it has ended", now: now)
    giveUp(questions.waiting.count, now: now)
    questions.removeAll()
  }

  // MARK: Packets

  /// Fills in who is behind a packet, or has the packet wait for it.
  ///
  /// - Parameters:
  ///   - engine: knows interfaces, and how flows began.
  ///   - interface: the system's index of the packet's interface.
  func complete(
    _ origin: inout PacketOrigin, of bytes: RawSpan, _ linkType: LinkType, wireLength: Int, _ way: OwnerlessPacket.Way,
    _ engine: borrowing Engine, interface: () -> UInt32, now: Timestamp
  ) -> Step {
    guard packet.decode(bytes, linkType: linkType, wireLength: max(wireLength, bytes.byteCount)) == .ip else {
      return .isJudged
    }
    let direction = origin.direction ?? engine.direction(of: packet, onInterface: origin.interface)
    guard direction == .inbound ? asksInbound : asksOutbound, let flow = LocalFlow(packet, direction: direction) else {
      return .isJudged
    }
    switch standing(of: flow, direction, &origin, engine, interface, now) {
    case .known: return .isJudged
    case .asked(let question):
      let packet = OwnerlessPacket(way: way, origin: origin, flow: flow, question: question)
      if waiting.hold(bytes, packet, direction) { return .waits }
      counts.unanswered += 1
      return makeDo(flow, &origin, isLocal: isLocal(flow, origin, engine, interface))
    case .undecided:
      var packet = OwnerlessPacket(way: way, origin: origin, flow: flow, question: questions.settledUpTo)
      let step = hold(bytes, &packet, now)
      origin = packet.origin
      return step
    case .unanswered: return makeDo(flow, &origin, isLocal: isLocal(flow, origin, engine, interface))
    }
  }

  private func standing(
    of flow: LocalFlow, _ direction: Direction, _ origin: inout PacketOrigin, _ engine: borrowing Engine,
    _ interface: () -> UInt32, _ now: Timestamp
  ) -> Standing {
    var holds: Bool { !packet.beginsAnew(direction, engine) && !table.isOutlived(flow) }
    switch table.knowledge(of: flow, now: now) {
    case .asked(let number): return questions.isSettled(number) ? .known : .asked(number)
    case .known(let owner) where holds:
      origin.owner = owner
      return .known
    case .undecided(let owner) where holds:
      origin.owner = owner
      return .undecided
    case .known, .undecided, .nothing: return ask(flow, direction, origin, engine, interface(), now)
    }
  }

  /// Has a packet wait for a decision about its program.
  private func hold(_ bytes: RawSpan, _ packet: inout OwnerlessPacket, _ now: Timestamp) -> Step {
    permissions.hold(bytes, &packet, table.program(of: packet.flow) ?? OwnerTable.Program(), now: now)
  }

  private func ask(
    _ flow: LocalFlow, _ direction: Direction, _ origin: PacketOrigin, _ engine: borrowing Engine,
    _ interface: UInt32, _ now: Timestamp
  ) -> Standing {
    let isLoopback = engine.interfaces[origin.interface].isLoopback
    var question = OwnerQuestions.Question(
      number: questions.next, flow: flow, time: now, interface: interface, direction: direction,
      isLoopback: isLoopback)
    let needsPermission = permissions.isAsked && !isLoopback
    if needsPermission {
      question.opening = packet.opening(direction, engine)
      question.mayBeLocal = engine.local.contains(flow.local)
    }
    guard questions.hasRoom(for: direction), let client = process.client,
      client.ask(
        question.number, question.flow, interface: question.interface,
        wantsListener: needsPermission && question.opening == nil)
    else {
      settleUnanswered(question, now)
      return .unanswered
    }
    counts.lookups += 1
    questions.append(question)
    table.ask(flow, question: question.number, now: now)
    return .asked(question.number)
  }

  // MARK: Nobody tells

  /// Whether programs need a permission for a flow, which must be this host's: what is forwarded has no program here.
  private func isLocal(
    _ flow: LocalFlow, _ origin: PacketOrigin, _ engine: borrowing Engine, _ interface: () -> UInt32
  ) -> Bool {
    permissions.isAsked && !engine.interfaces[origin.interface].isLoopback && engine.local.contains(flow.local)
      && flow.local.isOfThisHost(interface: interface())
  }

  /// A packet of a flow whose program nobody tells.
  private func makeDo(_ flow: LocalFlow, _ origin: inout PacketOrigin, isLocal: Bool) -> Step {
    guard isLocal else { return .isJudged }
    guard !permissions.drops(flow) else { return .isDropped }
    origin.owner.permission = permissions.fallback
    return .isJudged
  }

  /// The number of the program behind a connection, if it was asked for; else 0.
  func application(of connection: ConnectionEntry) -> UInt32 { table.application(of: connection.localFlow) }

  /// The number of its user, likewise; else `nil`.
  func user(of connection: ConnectionEntry) -> UInt32? { table.user(of: connection.localFlow) }

  /// No packet waits any longer, as when the firewall is switched off.
  ///
  /// - Parameter mayDrop: those that would be refused and are sent again go nowhere.
  func giveUpAll(now: Timestamp, mayDrop: Bool = false) {
    for question in questions.waiting where !questions.isSettled(question.number) {
      counts.unanswered += 1
      table.settle(question.flow, nil, now: now)
      questions.settle(question.number)
    }
    permissions.giveUpAll(mayDrop: mayDrop)
  }

  /// Hands out the packets that need not wait any longer, in the order they came, with what is known of them now.
  ///
  /// - Parameters:
  ///   - isWorthAsking: the rules would let the packet pass were it of this process.
  ///   - drop: takes those that go nowhere.
  func release(
    now: Timestamp, isWorthAsking: (RawSpan, OwnerlessPacket, LocalProcess) -> Bool = { _, _, _ in true },
    drop: (OwnerlessPacket) -> Void = { _ in }, _ body: (RawSpan, OwnerlessPacket) -> Void
  ) {
    waiting.release {
      questions.isSettled($0)
    } _: { bytes, waited in
      var packet = waited
      switch table.knowledge(of: packet.flow, now: now) {
      case .known(let owner): packet.origin.owner = owner
      case .undecided(let owner):
        packet.origin.owner = owner
        switch hold(bytes, &packet, now) {
        case .isJudged: break
        case .waits: return
        case .isDropped: return drop(packet)
        }
      case .nothing where permissions.isAsked && permissions.drops(packet.flow): return drop(packet)
      case .asked, .nothing: break
      }
      body(bytes, packet)
    }
    permissions.release(now: now, isWorthAsking: isWorthAsking, drop: drop, body)
  }

  /// How long from `now` until a packet has waited long enough, or the process may be started again; `nil` if there is neither.
  func nanosecondsToWork(now: Timestamp) -> Int64? {
    let release = questions.oldestUnsettled.map { $0.nanoseconds + Self.patience }
    let start = process.client == nil ? process.nextStart?.nanoseconds : nil
    return [release, start, permissions.nanosecondsToWork(now: now).map { now.nanoseconds + $0 }].compactMap { $0 }
      .min().map { max(0, $0 - now.nanoseconds) }
  }

  func snapshot() -> OwnerSnapshot {
    OwnerSnapshot(
      process: process.client?.process, problem: process.problem, waiting: waiting.count,
      undecided: permissions.waitingCount,
      counts: counts, losses: process.losses)
  }
}

extension ConnectionEntry {
  fileprivate var localFlow: LocalFlow {
    LocalFlow(
      local: local.address, local.port, remote: remote.address, remote.port, protocolNumber: protocolNumber)
  }
}
