internal import SentryControl
internal import SentryPacket
internal import SentryRules

/// Questions about programs: those that wait, and the last that are settled.
struct ApplicationQuestions: Sendable {
  struct Question: Sendable {
    var number: Int
    var program: UInt32
    var path: String
    var isChanged: Bool
    var first: WaitingConnection
    /// Seconds since 1970.
    var time: Double
    /// When nobody has answered in time.
    var end: ContinuousClock.Instant
    var answer: KeptPermission.Decision?
    /// Who has answered; `nil` if nobody has.
    var by: String?
  }

  /// More than a person can answer.
  static let limit = 64
  /// Of one user: the others' are asked, too.
  static let limitOfUser = 16
  private static let remembered = 64

  private(set) var waiting: [Question] = []
  private(set) var settled: [Question] = []
  private var last = 0

  /// Nobody is asked more at once, nor about more of one user's programs.
  func isFull(for user: UInt32?) -> Bool {
    waiting.count >= Self.limit || waiting.count { $0.first.user == user } >= Self.limitOfUser
  }

  func isAsked(_ program: UInt32, _ direction: Direction) -> Bool {
    waiting.contains { $0.program == program && $0.first.direction == direction }
  }

  mutating func ask(
    _ connection: WaitingConnection, path: String, isChanged: Bool, time: Double,
    end: ContinuousClock.Instant
  ) -> Question {
    last += 1
    let question = Question(
      number: last, program: connection.program, path: path, isChanged: isChanged,
      first: connection, time: time, end: end)
    waiting.append(question)
    return question
  }

  func waiting(_ number: Int) -> Question? { waiting.first { $0.number == number } }

  /// Whether there was such a question.
  func isKnown(_ number: Int) -> Bool { (1...max(1, last)).contains(number) && last > 0 }

  /// `nil` if it waits no more.
  mutating func settle(_ number: Int, _ answer: KeptPermission.Decision, by: String?) -> Question? {
    guard let index = waiting.firstIndex(where: { $0.number == number }) else { return nil }
    var question = waiting.remove(at: index)
    (question.answer, question.by) = (answer, by)
    settled.append(question)
    if settled.count > Self.remembered { settled.removeFirst() }
    return question
  }

  /// Others need no answer any more: what they ask was decided.
  mutating func drop(_ isDecided: (Question) -> KeptPermission.Decision?, by: String?) -> [Question] {
    waiting.compactMap { question in isDecided(question).flatMap { settle(question.number, $0, by: by) } }
  }
}

extension ApplicationQuestions.Question {
  func report(now: ContinuousClock.Instant) -> ApplicationQuestionReport {
    let remaining = max(.zero, end - now)
    let isWaiting = answer == nil
    return ApplicationQuestionReport(
      number: number, path: path, process: first.process, user: userName,
      direction: first.direction == .inbound ? "inbound" : "outbound", transport: transport,
      peer: first.flow.remote.description, peerPort: Int(first.flow.remotePort), localPort: Int(first.flow.localPort),
      changed: isChanged, time: time, remainingSeconds: isWaiting ? remaining / .seconds(1) : nil,
      answer: answer?.rawValue, by: by)
  }

  var userName: String? { first.user.map { UserNames.name(of: $0) ?? "\($0)" } }

  var transport: String { first.flow.protocolNumber == IPProtocol.tcp ? "tcp" : "udp" }

  /// `/usr/bin/curl (user anna, process 4711) connect to 203.0.113.9, port 443/tcp`, fit to be shown.
  var text: String {
    let who = "\(path.visible) (\(userName.map { "user \($0.visible), " } ?? "")process \(first.process))"
    let flow = first.flow
    return first.direction == .outbound
      ? "\(who) connect to \(flow.remote), port \(flow.remotePort)/\(transport)"
      : "\(who) be reached by \(flow.remote) at port \(flow.localPort)/\(transport)"
  }
}
