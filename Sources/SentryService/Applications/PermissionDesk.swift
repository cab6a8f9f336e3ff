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
  /// Rules ask for permissions.
  private(set) var isAsked: Bool
  private var policy: ApplicationSettings?
  private var waiting = UndecidedPackets()
  /// Since the last look through those that wait something was held, or decided.
  private var isToBeReviewed = false
  private var givesUpAll = false
  private var notices: [ApplicationNotice] = []

  init(_ program: Program, _ policy: ApplicationSettings?, _ applications: ApplicationBook) {
    self.applications = applications
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
  private var fallback: ApplicationPermission { policy?.unanswered ?? .unknown }

  // MARK: Programs

  /// What a flow's program may do, by the answer of the process that looks up owners.
  ///
  /// - Parameter opening: the way the connection was opened; `nil`: as the answer says.
  func knowledge(
    of number: UInt32, _ executable: RawSpan, _ answer: OwnerAnswer, opening: Direction?
  ) -> (program: OwnerTable.Program, permission: ApplicationPermission?) {
    let opening = opening ?? (answer.listens ? .inbound : .outbound)
    var program = OwnerTable.Program(number: number, process: answer.process, opening: opening)
    guard isAsked, answer.user != nil, answer.outcome == .process else { return (program, nil) }
    guard number != 0, let identity = answer.identity else { return (program, .unknown) }
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

  /// Has a packet wait; false where there is no room: then it is judged as if nobody had answered.
  func hold(
    _ bytes: RawSpan, _ packet: inout OwnerlessPacket, _ program: OwnerTable.Program, now: Timestamp
  ) -> Bool {
    guard waiting.hold(bytes, packet, program, now) else {
      notices.append(.passedOver)
      packet.origin.owner.permission = fallback
      return false
    }
    isToBeReviewed = true
    return true
  }

  /// Something was decided.
  func review() { isToBeReviewed = true }

  /// No packet waits any longer.
  func giveUpAll() { (givesUpAll, isToBeReviewed) = (true, true) }

  private var patience: Int64 {
    Int64(policy?.timeoutSeconds ?? 0) * Timestamp.nanosecondsPerSecond + Self.slack
  }

  /// Hands out the packets that need not wait any longer, in the order they came.
  ///
  /// - Parameter isWorthAsking: the rules would let the packet pass were it of this process.
  func release(
    now: Timestamp, isWorthAsking: (RawSpan, OwnerlessPacket, LocalProcess) -> Bool,
    _ body: (RawSpan, OwnerlessPacket) -> Void
  ) {
    let isLate = waiting.oldest.map { now.nanoseconds - $0.nanoseconds >= patience } ?? false
    guard isToBeReviewed || isLate else { return }
    isToBeReviewed = false
    var released: [Int] = []
    for index in waiting.entries.indices {
      guard let permission = outcome(at: index, now, isWorthAsking) else { continue }
      var packet = waiting.entries[index].packet
      packet.origin.owner.permission = permission
      released.append(index)
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
