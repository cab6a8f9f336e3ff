internal import SentryPacket

/// Why a line does not describe a packet.
public struct NotationError: Error, Sendable, Equatable {
  /// UTF-8 bytes of the line that it is about; empty at the end, where something is missing.
  public var range: Range<Int>
  /// Lower case, quotes what was found and says what would be accepted.
  public var message: String
  /// What the author probably meant.
  public var hint: String?

  public init(_ message: String, at range: Range<Int>, hint: String? = nil) {
    self.range = range
    self.message = message
    self.hint = hint
  }
}

// MARK: Messages

extension NotationError {
  static func unexpected(_ token: NotationToken, expected: String, hint: String? = nil) -> NotationError {
    NotationError("expected \(expected), found \(token.shown)", at: token.range, hint: hint)
  }

  static func badValue(_ error: ValueError, at range: Range<Int>) -> NotationError {
    NotationError(error.message, at: range, hint: error.hint)
  }

  static func unterminatedText(at range: Range<Int>) -> NotationError {
    NotationError("the text has no closing quote", at: range)
  }

  static func badEscape(at range: Range<Int>) -> NotationError {
    NotationError(
      #"expected \n, \r, \t, \0, \\, \", \' or \x and two hexadecimal digits"#, at: range,
      hint: #"a backslash itself is '\\'"#)
  }

  static func unknownProtocol(_ token: NotationToken) -> NotationError {
    .unexpected(
      token, expected: "a protocol such as tcp, udp, icmp, icmp6 or 'proto 89'",
      hint: didYouMean(token.text, in: NotationProtocol.names))
  }

  static func unknownWord(_ token: NotationToken, of transport: NotationProtocol) -> NotationError {
    .unexpected(
      token, expected: "a word about the packet, such as \(transport.exampleWords)",
      hint: didYouMean(token.text, in: transport.words))
  }

  static func otherProtocolsWord(_ token: NotationToken, _ needed: String, _ found: NotationProtocol) -> NotationError {
    NotationError("'\(token.text.shown)' is said of \(needed), not of \(found.name)", at: token.range)
  }

  static func notAnEndpoint(_ token: NotationToken, needsPort: Bool) -> NotationError {
    .unexpected(
      token,
      expected: needsPort
        ? "an address and a port, such as 203.0.113.9:40000, [2001:db8::9]:40000 or me:22"
        : "an address such as 203.0.113.9, 2001:db8::9 or me")
  }

  static func missingPort(_ token: NotationToken, _ name: String) -> NotationError {
    let isBareIPv6 = token.text.contains(":") && !token.text.hasPrefix("[")
    return NotationError(
      "the port is missing: \(name) goes from one port to another", at: token.range,
      hint: isBareIPv6
        ? "an IPv6 address with a port stands in brackets: [2001:db8::9]:40000" : "such as 203.0.113.9:40000")
  }

  static func portWithoutPlace(_ range: Range<Int>, _ why: String) -> NotationError {
    NotationError("\(why) has no ports", at: range)
  }

  static func mixedFamilies(at range: Range<Int>) -> NotationError {
    NotationError("one address is IPv4 and the other IPv6", at: range)
  }

  static func wrongFamily(_ token: NotationToken, _ name: String, isIPv4: Bool, hint: String? = nil) -> NotationError {
    NotationError("\(name) goes between \(isIPv4 ? "IPv4" : "IPv6") addresses", at: token.range, hint: hint)
  }

  static func saidTwice(_ token: NotationToken) -> NotationError {
    NotationError("'\(token.text.shown)' is said twice", at: token.range)
  }

  static func contradiction(_ token: NotationToken, _ other: String) -> NotationError {
    NotationError("'\(token.text.shown)' contradicts '\(other)'", at: token.range)
  }

  static func onlyInIPv4(_ token: NotationToken) -> NotationError {
    NotationError("'\(token.text.shown)' is said of IPv4 only", at: token.range)
  }

  static func tooLong(_ what: String, limit: Int, at range: Range<Int>) -> NotationError {
    NotationError("\(what) would be longer than \(limit) bytes", at: range)
  }

  static func tooSmall(_ size: Int, least: Int, at range: Range<Int>) -> NotationError {
    NotationError("the packet has \(least) bytes already, more than \(size)", at: range)
  }

  static func notATime(_ token: NotationToken) -> NotationError {
    .unexpected(
      token, expected: #"a time such as "2026-05-06 08:30:00", with Z at its end for UTC"#)
  }

  static func directionContradictsSource(
    _ direction: Direction, _ source: IPAddress, isLocal: Bool, at range: Range<Int>
  ) -> NotationError {
    let word = direction == .inbound ? "in" : "out"
    return NotationError(
      "'\(word)' cannot be: \(source) is \(isLocal ? "an address of this host" : "no address of this host")", at: range,
      hint: isLocal ? nil : "write 'me', or add the address to settings.local")
  }

  static func inQuotation(_ token: NotationToken) -> NotationError {
    NotationError("'\(token.text.shown)' is not said of a quoted packet", at: token.range)
  }
}
