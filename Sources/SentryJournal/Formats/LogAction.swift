internal import SentryEngine

/// What entries say that was done.
enum LogAction {
  /// All that entries may name, none before another that begins with it.
  static let names = EngineEvent.Kind.allCases.map(\.text) + classicNames

  /// What only the classic program writes (docs/Classic.md, "Events").
  private static let classicNames = ["AppleScript", "processing not completed"]

  /// Somebody is told: all of `Alert`, `Email`, `URL` and `Script`, whatever the packet's way.
  static func tellsSomebody(_ action: String) -> Bool { notifications.contains(action) }

  private static let notifications: Set<String> = Set(
    [EngineEvent.Kind.alert, .email, .url, .script].map(\.text) + ["AppleScript"])
}

extension LogEntry {
  /// The packet was kept from going on, or its connection was ended; also if that was not carried out.
  public var keepsPacket: Bool { action.contains("dropped") }

  /// The rule's number: its text up to the first blank; `0` for the checks before the rules.
  public var ruleNumber: Substring { rule.hasPrefix("rule = 0 ") ? "0" : rule.prefix { $0 != " " } }
}
