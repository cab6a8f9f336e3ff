/// Commands to a mail server, and its answers.
struct MailDialogue: ~Copyable {
  typealias Failure = TimedConnection.Failure

  private static let longestAnswer = 16 << 10
  private let connection: TimedConnection
  private var unread: [UInt8] = []

  init(over connection: consuming TimedConnection) { self.connection = connection }

  /// Sends a line, or several that end in one without its end.
  mutating func say(_ text: String, expecting codes: Int...) throws(Failure) {
    try connection.send(Array("\(text)\r\n".utf8))
    try expect(codes)
  }

  /// - Returns: false if the server refuses (RFC 5321 §4.2.1: 5yz).
  mutating func offer(_ text: String, expecting code: Int) throws(Failure) -> Bool {
    try connection.send(Array("\(text)\r\n".utf8))
    let answer = try answer()
    if let code = answer.code, (500..<600).contains(code) { return false }
    guard answer.code == code else { throw answer.failure }
    return true
  }

  mutating func expect(_ code: Int) throws(Failure) { try expect([code]) }

  private mutating func expect(_ codes: [Int]) throws(Failure) {
    let answer = try answer()
    guard let code = answer.code, codes.contains(code) else { throw answer.failure }
  }

  /// The last line of an answer.
  private struct Answer {
    var line: String

    var code: Int? { Int(line.prefix(3)) }

    var failure: Failure { Failure("it says: \(CleanText.line(String(line.prefix(300))))") }
  }

  /// It may have several lines, all but the last with a hyphen behind the code (RFC 5321 §4.2.1).
  private mutating func answer() throws(Failure) -> Answer {
    while true {
      let line = try nextLine()
      if line.dropFirst(3).first != "-" { return Answer(line: line) }
    }
  }

  private mutating func nextLine() throws(Failure) -> String {
    while true {
      if let end = unread.firstIndex(of: 0x0A) {
        defer { unread.removeSubrange(...end) }
        return String(decoding: unread[..<end].filter { $0 != 0x0D }, as: UTF8.self)
      }
      guard unread.count < Self.longestAnswer else { throw Failure("its answer has no end") }
      unread += try connection.receive()
    }
  }
}
