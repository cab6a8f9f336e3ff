internal import SentryDiagnostics

/// A rule that asks for something that every packet, or every moment, has.
enum AlwaysMatchesCheck: Check {
  static let page = FindingPage(
    .alwaysMatches, .warning, "a test that tells nothing apart",
    meaning: """
      The value takes in everything that the property can be, and every packet has it: the test holds always, as Any \
      does. The rule looks as if it chose, and does not; often a bound is missing, or on the wrong side. (Dest port == \
      0-65535 is not meant: it asks for packets that have a port.)
      """,
    example: .text(
      """
      ( { enabled = 1; propertyName = TTL; relationName = "<="; propertyValue = 255; filterActionName = Log; } )
      """),
    remedy: "Narrow the value, or write Any to say that everything is meant.")

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    for index in document.rules.indices where document.usage[index] {
      guard !findings.isFull(for: .warning) else { return }
      let rule = document.rules[index]
      guard let sufficient = document.reader.meaning(of: rule).sufficient, let only = sufficient.first,
        sufficient.count == 1, only.isMetByAll
      else { continue }
      findings.add(.alwaysHolds(rule, at: document.placeOfTest(of: index)))
    }
  }
}

extension Constraint {
  /// Every packet, and every tick of the clock that asks for it, has one of the values.
  fileprivate var isMetByAll: Bool {
    aspect.isAlwaysThere && negated.values.ranges.isEmpty
  }
}

extension Aspect {
  /// Packets that come to the rules have it, unless the capture cut it off.
  fileprivate var isAlwaysThere: Bool {
    switch self {
    case .number(let field):
      switch field {
      case .direction, .protocolNumber, .fragmentOffset, .timeToLive, .ipVersion, .packetLength, .dscp: true
      case .sourceMAC, .destinationMAC, .vlan, .icmpType, .icmpCode, .icmpv6Type, .icmpv6Code, .sourcePort,
        .destinationPort, .user, .applicationPermission:
        false
      }
    case .external, .knownConnection, .connectionState, .sourceRate, .timeOfDay, .dayOfWeek, .dateAndTime: true
    case .address, .flag, .interface, .dnsName, .serverName, .application: false
    }
  }
}
