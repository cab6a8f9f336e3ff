internal import SentryPacket

/// Reads lines of logs: bytes in, what they say of logins out.
///
/// Whatever the bytes are, reading them ends, and costs at most a few searches through the line for each service.
public struct LoginReader: Sendable {
  fileprivate struct Service: Sendable {
    let name: String
    let programs: [[UInt8]]
    let isRoots: Bool
    let messages: Rules
    let lines: Rules
  }

  /// Rules, beside the bytes with which their lines begin: most are told by that.
  fileprivate struct Rules: Sendable {
    let rules: [LoginService.Rule]
    let firstBytes: [UInt8?]

    init(_ rules: [LoginService.Rule]) {
      self.rules = rules
      firstBytes = rules.map(\.pattern.firstByte)
    }
  }

  private let services: [Service]
  private let readsMessages: Bool

  /// - Parameter services: whose lines count, in the order in which they are asked.
  public init(_ services: [LoginService]) {
    self.services = services.map {
      Service(
        name: $0.name, programs: $0.programs.map { Array($0.utf8) }, isRoots: $0.isRoots,
        messages: Rules($0.messages), lines: Rules($0.lines))
    }
    readsMessages = services.contains { !$0.programs.isEmpty && !$0.messages.isEmpty }
  }

  /// What a line of a file says, without the line feed; `nil` if that is nothing of logins.
  public func event(line: Span<UInt8>) -> LoginEvent? {
    let range = Self.trimmed(line, 0..<line.count)
    let header = SyslogHeader(line, range)
    if readsMessages, let header {
      for service in services where service.isNamed(line, header.program) {
        if let event = event(service.messages, of: service, line, header.message, whole: range) { return event }
      }
    }
    // A message of one program could read like the whole line of another.
    for service in services where !service.lines.rules.isEmpty && (header == nil || service.isOwn) {
      if let event = event(service.lines, of: service, line, range, whole: range) { return event }
    }
    return nil
  }

  /// What a message says that a program has given to the journal.
  ///
  /// - Parameters:
  ///   - program: its name there, which it chooses itself.
  ///   - isRoots: it runs as root.
  public func event(message: Span<UInt8>, of program: [UInt8], isRoots: Bool) -> LoginEvent? {
    let range = Self.trimmed(message, 0..<message.count)
    for service in services {
      guard service.isOwn || service.isNamed(program.span, 0..<program.count), isRoots || !service.isRoots else {
        continue
      }
      if let event = event(service.messages, of: service, message, range, whole: range) { return event }
      if let event = event(service.lines, of: service, message, range, whole: range) { return event }
    }
    return nil
  }

  /// Without blanks before it, and a carriage return behind.
  private static func trimmed(_ line: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    let start = line.end(of: { $0 == .blank }, from: range.lowerBound, before: range.upperBound)
    let isReturn = start < range.upperBound && line[range.upperBound - 1] == UInt8(ascii: "\r")
    return start..<(isReturn ? range.upperBound - 1 : range.upperBound)
  }

  private func event(
    _ rules: Rules, of service: Service, _ line: Span<UInt8>, _ range: Range<Int>, whole: Range<Int>
  ) -> LoginEvent? {
    guard !range.isEmpty else { return nil }
    let first = line[range.lowerBound]
    for index in rules.firstBytes.indices {
      if let byte = rules.firstBytes[index], byte != first { continue }
      guard let found = rules.rules[index].pattern.match(line, in: range) else { continue }
      let rule = rules.rules[index]
      guard let outcome = rule.outcome,
        !rule.unless.contains(where: { line.firstPlace(of: $0, in: range) != nil })
      else { return nil }
      return LoginEvent(
        service: service.name, address: found.address, port: found.port, outcome: outcome, attempts: found.attempts,
        user: found.user.map { LoginText.visible(line.bytes($0), atMost: 64) },
        line: outcome == .succeeded ? "" : LoginText.visible(line.bytes(whole), atMost: LoginEvent.longestLine))
    }
    return nil
  }
}

extension LoginReader.Service {
  /// Its lines can stand in any log, whoever has written them.
  fileprivate var isOwn: Bool { programs.isEmpty }

  /// `sshd`, and what stands behind it after a slash: `postfix/smtpd`.
  fileprivate func isNamed(_ line: Span<UInt8>, _ range: Range<Int>) -> Bool {
    programs.contains { name in
      line.has(name, at: range.lowerBound, before: range.upperBound)
        && (name.count == range.count || line[range.lowerBound + name.count] == UInt8(ascii: "/"))
    }
  }
}
