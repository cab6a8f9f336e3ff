internal import SentryDiagnostics
internal import SentryPropertyList

/// What a document says otherwise than that of its mode does as it is shipped: rules, settings, whatever else stands at its root.
///
/// What people choose by command is none of it: the services, whether this host hides, and what holds for programs.
public struct ModeChanges: Sendable, Equatable {
  /// What has come in: `rule 1 (mine)`, `settings.protected`.
  public var added: [String] = []
  /// What is missing, by the numbers of the shipped document.
  public var missing: [String] = []
  /// Rules are the same, and stand in another order.
  public var isReordered = false

  public var isEmpty: Bool { added.isEmpty && missing.isEmpty && !isReordered }

  /// `rule 1 (mine), without rule 4.4 (refused)`.
  public var text: String {
    let order = isReordered ? ["rules in another order"] : []
    return Self.list(added + missing.map { "without " + $0 } + order)
  }

  /// The first few, and how many more.
  public static func list(_ texts: [String]) -> String {
    let most = 5
    let rest = texts.count > most ? ["\(texts.count - most) more"] : []
    return (texts.prefix(most) + rest).joined(separator: ", ")
  }
}

extension EditableDocument {
  /// - Parameter shipped: the document of the same mode.
  public func changes(from shipped: EditableDocument) -> ModeChanges {
    let (own, other) = (ModeRules(outlined), ModeRules(shipped.outlined))
    var changes = ModeChanges(added: own.names(without: other), missing: other.names(without: own))
    changes.isReordered = changes.isEmpty && own.texts != other.texts
    let (settings, usual) = (reading.root.modeSettings, shipped.reading.root.modeSettings)
    changes.added += settings.filter { usual[$0.key] != $0.value }.map(\.key).sorted()
    changes.missing += usual.keys.filter { settings[$0] == nil }.sorted()
    return changes
  }
}

/// The rules of a mode's document, but those of services and of programs.
private struct ModeRules {
  private let rules: [OutlinedRule]
  /// What each says, behind what those above it say.
  let texts: [[String]]

  init(_ all: [OutlinedRule]) {
    var isChosen = false
    var rules: [OutlinedRule] = []
    var texts: [[String]] = []
    var above: [[String]] = []
    for rule in all {
      if rule.depth > 0, isChosen { continue }
      isChosen = rule.depth == 0 && [ServiceGroup.name, ApplicationGroup.name].contains(rule.name)
      if isChosen, rule.name == ApplicationGroup.name { continue }
      above.removeLast(max(0, above.count - rule.depth))
      above.append(Self.text(of: rule))
      rules.append(rule)
      texts.append(above.flatMap { $0 })
    }
    (self.rules, self.texts) = (rules, texts)
  }

  private static func text(of rule: OutlinedRule) -> [String] {
    let isChosen = rule.depth == 0 && rule.name == FirewallMode.stealthName
    return [
      rule.name, isChosen || rule.isEnabled ? "1" : "0", rule.property, rule.relation, rule.value, rule.action,
      rule.parameter,
    ]
  }

  /// Those that the other has not, or not as often; of rules below each other the topmost.
  func names(without other: ModeRules) -> [String] {
    var left = Dictionary(other.texts.map { ($0, 1) }, uniquingKeysWith: +)
    var names: [String] = []
    var named: Int?
    for (rule, text) in zip(rules, texts) {
      if let depth = named, rule.depth > depth { continue }
      named = nil
      if let count = left[text], count > 0 {
        left[text] = count - 1
      } else {
        names.append("rule \(rule.number)" + (rule.name.isEmpty ? "" : " (\(rule.name.visible))"))
        named = rule.depth
      }
    }
    return names
  }
}

extension PropertyListNode {
  /// All but rules, tests and what holds for programs, setting by setting.
  fileprivate var modeSettings: [String: PropertyListValue] {
    var values: [String: PropertyListValue] = [:]
    for entry in entries where ![RootKey.rules, RootKey.tests, RootKey.settings].contains(entry.key) {
      values[entry.key] = entry.value.value
    }
    guard let settings = self[RootKey.settings] else { return values }
    for entry in settings.entries where entry.key != SettingKey.applications.rawValue {
      values["\(RootKey.settings).\(entry.key)"] = entry.value.value
    }
    return values
  }
}
