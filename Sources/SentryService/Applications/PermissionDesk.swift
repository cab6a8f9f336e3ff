// What programs may do, as the packet thread comes to know it.
//
// Of each program that is met behind a packet, `ApplicationDesk` is told (`ApplicationNotice.met`), and tells what it may do
// (`decide`). Until then, and while a person is asked, the packets of its connections wait here; all other packets go on. What is known
// of a flow stands with the flow (`OwnerTable`), so that its next packets cost a comparison.
//
// A person is asked only where the answer matters: where the rules would let the packet pass were the program allowed. Else a
// stranger who knocks at closed ports could have many questions asked.

internal import SentryEngine
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules
internal import SentryState

/// Knows what programs may do, or has their packets wait. For the packet thread only.
final class PermissionDesk {
  /// How much longer packets wait than people may take to answer, in nanoseconds: for a program to be read that is large.
  private static let slack: Int64 = 5_000_000_000

  private let applications: ApplicationBook
  /// Packets may be dropped that are sent again.
  private let mayDrop: Bool
  /// What was told of no program.
  var unfound = UnfoundPrograms()
  /// Rules ask for permissions.
  private(set) var isAsked: Bool
  private var policy: ApplicationSettings?
  private var waiting = UndecidedPackets()
  /// Since the last look through those that wait something was held, or decided.
  private var isToBeReviewed = false
  private var givesUpAll = false
  /// What is given up may be dropped.
  private var dropsAll = false
  private var notices: [ApplicationNotice] = []

  init(_ program: Program, _ policy: ApplicationSettings?, _ applications: ApplicationBook, drops: Bool) {
    self.applications = applications
    mayDrop = drops
    isAsked = program.asksForPermissions
    self.policy = policy
  }

  /// - Returns: false if what is known of flows holds no more.
  func follow(_ program: Program, _ policy: ApplicationSettings?) -> Bool {
    let isSame = isAsked == program.asksForPermissions && self.policy == policy
    isAsked = program.asksForPermissions
    self.policy = policy
    guard !isSame else { return true }
    applications.forgetPermissions()
    return false
  }

  /// What holds where nobody can be asked, or where nobody would have been.
  var fallback: ApplicationPermission { policy?.unanswered ?? .unknown }

  /// A packet of a flow about which nothing can be said now is better dropped than refused: TCP sends it again.
  func drops(_ flow: LocalFlow) -> Bool {
    mayDrop && fallback == .denied && flow.protocolNumber == IPProtocol.tcp
  }

  // MARK: Programs

  /// What a flow's program may do, by the answer of the process that looks up owners.
  func knowledge(
    of number: UInt32, _ executable: RawSpan, _ answer: OwnerAnswer, _ question: OwnerQuestions.Question
  ) -> (program: OwnerTable.Program, permission: ApplicationPermission?) {
    let opening = question.opening ?? (answer.listens ? .inbound : .outbound)
    var program = OwnerTable.Program(number: number, process: answer.process, opening: opening)
    guard answer.outcome == .process, number != 0, let identity = answer.identity else {
      guard let reason = answer.whyUnfound(isSentNow: question.isSentNow) else { return (program, nil) }
      unfound.count(reason)
      return (program, fallback)
    }
    guard let permission = applications.permission(of: number) else {
      program.isUndecided = true
      if applications.isNews(number) {
        let path = (0..<executable.byteCount).compactMap { executable.wire8(at: $0) }
        notices.append(
          .met(
            MetProgram(number: number, path: path, identity: identity, process: answer.process)))
      }
      return (program, nil)
    }
    let value = permission.permission(of: answer.user, opening)
    program.isUndecided = value == nil
    return (program, value)
  }

  // MARK: Packets

  /// Has a packet wait. Where there is no room it is dropped if it is sent again, else judged as if nobody had answered.
  func hold(
    _ bytes: RawSpan, _ packet: inout OwnerlessPacket, _ program: OwnerTable.Program, now: Timestamp
  ) -> OwnerDesk.Step {
    if waiting.hold(bytes, packet, program, now) {
      isToBeReviewed = true
      return .waits
    }
    guard !drops(packet.flow) else { return .isDropped }
    notices.append(.passedOver)
    packet.origin.owner.permission = fallback
    return .isJudged
  }

  /// Something was decided.
  func review() { isToBeReviewed = true }

  /// No packet waits any longer.
  ///
  /// - Parameter mayDrop: those that are sent again go nowhere.
  func giveUpAll(mayDrop: Bool) {
    (givesUpAll, isToBeReviewed) = (true, true)
    dropsAll = mayDrop
    if waiting.isAnyAsked { notices.append(.abandoned) }
  }

  private var patience: Int64 {
    Int64(policy?.timeoutSeconds ?? 0) * Timestamp.nanosecondsPerSecond + Self.slack
  }

  /// Hands out the packets that need not wait any longer, in the order they came.
  ///
  /// - Parameters:
  ///   - isWorthAsking: the rules would let the packet pass were it of this process.
  ///   - drop: takes those that go nowhere.
  func release(
    now: Timestamp, isWorthAsking: (RawSpan, OwnerlessPacket, LocalProcess) -> Bool,
    drop: (OwnerlessPacket) -> Void, _ body: (RawSpan, OwnerlessPacket) -> Void
  ) {
    let isLate = waiting.oldest.map { now.nanoseconds - $0.nanoseconds >= patience } ?? false
    guard isToBeReviewed || isLate else { return }
    isToBeReviewed = false
    var released: [Int] = []
    for index in waiting.entries.indices {
      guard let permission = outcome(at: index, now, isWorthAsking) else { continue }
      var packet = waiting.entries[index].packet
      released.append(index)
      if permission == .denied, givesUpAll, dropsAll, drops(packet.flow) {
        drop(packet)
        continue
      }
      packet.origin.owner.permission = permission
      waiting.entries[index].bytes.withRawSpan { body($0, packet) }
    }
    waiting.remove(at: released)
    givesUpAll = false
  }

  /// `nil` if it goes on waiting.
  private func outcome(
    at index: Int, _ now: Timestamp, _ isWorthAsking: (RawSpan, OwnerlessPacket, LocalProcess) -> Bool
  ) -> ApplicationPermission? {
    let entry = waiting.entries[index]
    let user = entry.packet.origin.owner.user
    let known = isAsked ? applications.permission(of: entry.program.number) : nil
    if let value = known?.permission(of: user, entry.program.opening) { return value }
    if givesUpAll || !isAsked { return fallback }
    if now.nanoseconds - entry.since.nanoseconds >= patience {
      applications.makeNews(entry.program.number)
      notices.append(.passedOver)
      return fallback
    }
    guard known != nil, !entry.isAsked else { return nil }
    let process = LocalProcess(
      executable: applications.path(of: entry.program.number), user: user, permission: .allowed)
    // As it was tried: the other rules say what becomes of it, and a closed port is as silent as others.
    guard entry.bytes.withRawSpan({ isWorthAsking($0, entry.packet, process) }) else { return .allowed }
    if waiting.ask(at: index) {
      notices.append(
        .waits(
          WaitingConnection(
            program: entry.program.number, process: entry.program.process, user: user,
            direction: entry.program.opening, flow: entry.packet.flow)))
    }
    return nil
  }

  /// How long from `now` until there is something to release; `nil` while there is nothing.
  func nanosecondsToWork(now: Timestamp) -> Int64? {
    if isToBeReviewed, waiting.count > 0 { return 0 }
    return waiting.oldest.map { max(0, $0.nanoseconds + patience - now.nanoseconds) }
  }

  var waitingCount: Int { waiting.count }

  /// What is to be told, each once.
  func takeNotices() -> [ApplicationNotice] {
    guard !notices.isEmpty else { return [] }
    defer { notices = [] }
    return notices
  }
}

extension OwnerAnswer {
  /// Why nothing is known of the program behind a flow that must have one; `nil` for a flow that has none.
  ///
  /// - Parameter isSentNow: somebody here has sent the packet just now.
  fileprivate func whyUnfound(isSentNow: Bool) -> UnfoundPrograms.Reason? {
    switch outcome {
    case .process: .foreign
    case .hidden: .hidden
    // The kernel's own sockets (WireGuard, NFS) are root's.
    case .noProcess: user == 0 ? nil : .noProcess
    // One datagram may be sent, and its socket closed, before that is looked up. What else belongs to no socket, or to one that is
    // being closed, needs no program: late packets, and those to closed ports.
    case .noSocket, .closed: isSentNow ? .noProcess : nil
    case .notSupported: isSentNow ? .unanswered : nil
    case .notLocal: nil
    }
  }
}
