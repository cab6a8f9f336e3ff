internal import SentryEngine

/// What entries say that was done.
enum LogAction {
  /// All that entries may name, none before another that begins with it.
  static let names = EngineEvent.Kind.allCases.map(\.text) + classicNames

  /// What only the classic program writes (docs/Classic.md, "Events").
  private static let classicNames = ["AppleScript", "processing not completed"]

  /// The packet was kept from going on, or its connection was ended.
  static func keepsPackets(_ action: String) -> Bool { action.contains("dropped") }
}

extension LogEntry {
  /// The packet was kept from going on; also if that was not carried out.
  public var keepsPacket: Bool { LogAction.keepsPackets(action) }

  /// The rule's number: its text up to the first blank; `0` for the checks before the rules.
  public var ruleNumber: Substring { rule.hasPrefix("rule = 0 ") ? "0" : rule.prefix { $0 != " " } }
}
