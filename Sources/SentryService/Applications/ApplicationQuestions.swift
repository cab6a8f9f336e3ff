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
    /// Another file has come to the path of what the process runs.
    var isReplaced: Bool
    var first: WaitingConnection
    /// Seconds since 1970.
    var time: Double
    /// When nobody has answered in time.
    var end: ContinuousClock.Instant
    /// `nil` while it waits.
    var settlement: Settlement?
  }

  /// How a question has ended.
  struct Settlement: Sendable {
    enum Term: Sendable, Equatable {
      case kept
      case seconds(Int)
      /// As long as the daemon runs, for the executable that was asked about alone.
      case untilRestart
    }

    /// `nil` where it needs no answer any longer.
    var answer: KeptPermission.Decision?
    /// Who has answered; `nil` if nobody has.
    var by: String?
    var term = Term.kept
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
    _ connection: WaitingConnection, path: String, isChanged: Bool, isReplaced: Bool, time: Double,
    end: ContinuousClock.Instant
  ) -> Question {
    last += 1
    let question = Question(
      number: last, program: connection.program, path: path, isChanged: isChanged,
      isReplaced: isReplaced, first: connection, time: time, end: end)
    waiting.append(question)
    return question
  }

  func waiting(_ number: Int) -> Question? { waiting.first { $0.number == number } }

  /// Whether there was such a question.
  func isKnown(_ number: Int) -> Bool { (1...max(1, last)).contains(number) && last > 0 }

  /// `nil` if it waits no more.
  mutating func settle(_ number: Int, _ settlement: Settlement) -> Question? {
    guard let index = waiting.firstIndex(where: { $0.number == number }) else { return nil }
    var question = waiting.remove(at: index)
    question.settlement = settlement
    settled.append(question)
    if settled.count > Self.remembered { settled.removeFirst() }
    return question
  }

  /// None that waits needs an answer any longer.
  mutating func void() -> [Question] { waiting.compactMap { settle($0.number, Settlement()) } }
}

extension ApplicationQuestions.Question {
  func report(now: ContinuousClock.Instant) -> ApplicationQuestionReport {
    let remaining = max(.zero, end - now)
    var report = ApplicationQuestionReport(
      number: number, path: path, process: first.process, user: userName, direction: first.direction.word,
      transport: transport, peer: first.flow.remote.description, peerPort: Int(first.flow.remotePort),
      localPort: Int(first.flow.localPort), changed: isChanged, time: time,
      remainingSeconds: settlement == nil ? remaining / .seconds(1) : nil, answer: settlement?.answer?.rawValue,
      by: settlement?.by)
    if isReplaced { report.replaced = true }
    guard let settlement else { return report }
    if settlement.answer == nil { report.void = true }
    switch settlement.term {
    case .kept: break
    case .seconds(let seconds): report.holdsSeconds = seconds
    case .untilRestart: report.untilRestart = true
    }
    return report
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

extension Direction {
  /// As requests and replies have it.
  var word: String { self == .inbound ? "inbound" : "outbound" }
}
