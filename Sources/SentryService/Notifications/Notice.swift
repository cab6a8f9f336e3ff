internal import Foundation
internal import SentryEngine
internal import SentryJournal

/// A notification with its texts.
struct Notice: Sendable {
  var kind: EngineEvent.Kind
  /// Of the rule.
  var label: RuleLabel
  var entry: LogEntry

  /// `Email of rule 2.5.2.1.1.1 server silent`: what messages call it.
  var title: String { "\(kind.notificationName) of rule \(label.text)" }

  /// The classic program's words (docs/Notifications.md): what was done by which rule, to which packet, and the rule's parameter.
  var alertText: String {
    var lines = ["\(entry.action) rule \(entry.rule)"]
    if let source = entry.source, let destination = entry.destination {
      lines.append("\(entry.protocol ?? "IP") \(source) --> \(destination)")
    }
    if !entry.parameter.isEmpty { lines.append(entry.parameter) }
    return lines.joined(separator: "\n")
  }
}

extension EngineEvent.Kind {
  /// The action's name.
  var notificationName: String {
    switch self {
    case .alert: "Alert"
    case .email: "Email"
    case .url: "URL"
    case .script: "Script"
    default: text
    }
  }
}
