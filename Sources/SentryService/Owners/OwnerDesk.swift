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

  private let applications: ApplicationBook
  let permissions: PermissionDesk
  private var program: Program
  /// Rules ask about packets that go this way.
  private var asksInbound: Bool
  private var asksOutbound: Bool
  private var process: OwnerProcess
  private var table = OwnerTable(capacity: OwnerDesk.flowsRemembered)
  private var waiting = OwnerlessPackets()
  private var questions = OwnerQuestions()
  /// The packet that is looked at.
  private var packet = PacketFields()
  private var counts = OwnerCounts()
  /// A flow was denied after its packets were let go: the kernel may let its next ones pass by itself.
  private var hasDeniedLate = false

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
    switch table.knowledge(of: flow, now: now) {
    case .asked(let number): return questions.isSettled(number) ? .known : .asked(number)
    case .known(let owner) where !beginsAnew(direction, engine):
      origin.owner = owner
      return .known
    case .undecided(let owner) where !beginsAnew(direction, engine):
      origin.owner = owner
      return .undecided
    case .known, .undecided, .nothing: return ask(flow, direction, origin, engine, interface(), now)
    }
  }

  private var isBareSYN: Bool {
    packet.has(.tcpFlags) && packet.tcpFlags & (TCPFlag.syn | TCPFlag.ack) == TCPFlag.syn
  }

  /// Another process may have the ports now. A SYN that comes in on an open connection says nothing of the kind: anybody may have sent
  /// it, and the host will not believe it either (RFC 9293 §3.10.7.4).
  private func beginsAnew(_ direction: Direction, _ engine: borrowing Engine) -> Bool {
    isBareSYN && (direction == .outbound || engine.beginning(of: packet, going: direction)?.isOpen != true)
  }

  /// The way in which the connection of the packet was opened; `nil` where it is not its first, and nobody has seen that. Then it
  /// counts as opened by others if somebody listens at its end.
  private func opening(_ direction: Direction, _ engine: borrowing Engine) -> Direction? {
    guard packet.protocolNumber == IPProtocol.tcp else {
      return engine.beginning(of: packet, going: direction)?.direction ?? direction
    }
    guard beginsAnew(direction, engine) else {
      let isAnswer = packet.has(.tcpFlags) && packet.tcpFlags & TCPFlag.syn != 0 && !isBareSYN
      return isAnswer ? (direction == .inbound ? .outbound : .inbound) : nil
    }
    return direction
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
      question.opening = opening(direction, engine)
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

  /// Nobody has told whose a flow is: that is believed for a second. What would be refused is dropped where it is sent again, and then
  /// it is asked again.
  private func settleUnanswered(_ question: OwnerQuestions.Question, _ now: Timestamp) {
    counts.unanswered += 1
    guard permissions.isAsked, question.mayBeLocal, question.flow.local.isOfThisHost(interface: question.interface)
    else { return table.settle(question.flow, nil, now: now) }
    permissions.unfound.count(.unanswered)
    guard !permissions.drops(question.flow) else { return table.forget(question.flow) }
    var owner = PacketOwner()
    owner.permission = permissions.fallback
    table.settle(question.flow, owner, isBrief: true, now: now)
  }

  /// The number of the program behind a connection, if it was asked for; else 0.
  func application(of connection: ConnectionEntry) -> UInt32 { table.application(of: connection.localFlow) }

  /// The number of its user, likewise; else `nil`.
  func user(of connection: ConnectionEntry) -> UInt32? { table.user(of: connection.localFlow) }

  // MARK: Answers

  /// Takes the answers that have come.
  ///
  /// - Returns: false if the process has ended: then `lose` it.
  func receive(now: Timestamp) -> Bool {
    process.client?.receive { answer, executable in take(answer, executable, now) } ?? true
  }

  /// Whether flows were denied since the last call that may have passed before.
  func takeLateDenials() -> Bool {
    defer { hasDeniedLate = false }
    return hasDeniedLate
  }

  /// Gives up questions that have waited too long.
  func giveUpOverdue(now: Timestamp) {
    giveUp(questions.count(olderThan: Self.patience, now: now), now: now)
    table.expire(now: now)
  }

  private func take(_ answer: OwnerAnswer, _ executable: RawSpan, _ now: Timestamp) {
    guard let question = questions.take(answer.number) else { return }
    counts.answers += 1
    counts.waitNanoseconds += UInt64(max(0, now.nanoseconds - question.time.nanoseconds))
    if answer.outcome == .hidden { counts.hidden += 1 }
    process.problem = answer.outcome == .notSupported ? "the kernel does not tell whose sockets are (inet_diag)" : nil
    let isLate = questions.isSettled(question.number)
    settle(question, answer, executable, now)
    if isLate, case .known(let owner) = table.knowledge(of: question.flow, now: now), owner.permission == .denied {
      hasDeniedLate = true
    }
    questions.settle(question.number)
  }

  private func settle(
    _ question: OwnerQuestions.Question, _ answer: OwnerAnswer, _ executable: RawSpan, _ now: Timestamp
  ) {
    guard permissions.isAsked, !question.isLoopback else {
      guard answer.user != nil else { return table.settle(question.flow, nil, now: now) }
      let number = applications.number(of: executable, permissions.isAsked ? answer.identity : nil)
      let owner = program.owner(executable: executable, user: answer.user)
      return table.settle(question.flow, owner, program: OwnerTable.Program(number: number), now: now)
    }
    var owner = PacketOwner()
    var number: UInt32 = 0
    if answer.user != nil {
      owner = program.owner(executable: executable, user: answer.user)
      number = applications.number(of: executable, answer.identity)
    }
    let (program, permission) = permissions.knowledge(of: number, executable, answer, question)
    owner.permission = permission
    table.settle(question.flow, owner, program: program, isBrief: answer.user == nil, now: now)
  }

  /// Something was decided about programs, by their numbers.
  ///
  /// - Parameter rechecks: it holds for connections, too, of which something else was decided before.
  /// - Returns: whether there are such connections.
  func decide(_ news: [UInt32: ProgramPermission], rechecks: Bool) -> Bool {
    permissions.review()
    var hasChanged = false
    table.decide { program, permission, user in
      guard let new = news[program.number], program.isUndecided || rechecks, permission != nil || program.isUndecided
      else { return nil }
      let value = new.permission(of: user, program.opening)
      if !program.isUndecided, value != permission { hasChanged = true }
      return OwnerTable.Decision(value)
    }
    // Who was forgotten may be the one about whom it was decided: that is asked again.
    if rechecks, table.forget(where: { $0.number != 0 && !applications.isRemembered($0.number) }) { hasChanged = true }
    return hasChanged
  }

  /// The packets of the oldest questions wait no longer.
  private func giveUp(_ count: Int, now: Timestamp) {
    for question in questions.waiting.prefix(count) where !questions.isSettled(question.number) {
      settleUnanswered(question, now)
      questions.settle(question.number)
    }
  }

  /// No packet waits any longer, as when the firewall is switched off.
  func giveUpAll(now: Timestamp) {
    for question in questions.waiting where !questions.isSettled(question.number) {
      counts.unanswered += 1
      table.settle(question.flow, nil, now: now)
      questions.settle(question.number)
    }
    permissions.giveUpAll(mayDrop: false)
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
