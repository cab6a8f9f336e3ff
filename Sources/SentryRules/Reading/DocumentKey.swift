// The keys that documents hold, ours and those of the classic program (docs/Classic.md, "Document").

internal import SentryPropertyList

/// Keys of the root dictionary.
enum RootKey {
  static let rules = "rules"
  static let interfaces = "interfaces"
  static let settings = "settings"
  static let lists = "lists"
  static let tests = "tests"
  static let classicTable = "SentryDocument_filterTable"
  static let classicInterfaces = "SentryDocument_interfaceArray"
  static let classicTriggerDuration = "SentryDocument_triggerDuration"
  static let classicBlockIPv6 = "SentryDocument_blockIPv6"

  /// Ours, for suggestions.
  static let current = [rules, interfaces, settings, lists, tests]

  /// The keys that are read in this root: a list of ours stands for the classic one.
  static func read(in root: PropertyListNode) -> Set<String> {
    [
      root[rules] == nil ? classicTable : rules, root[interfaces] == nil ? classicInterfaces : interfaces, settings,
      classicTriggerDuration, classicBlockIPv6,
    ]
  }
}

/// Keys of a rule dictionary.
enum RuleKey: String, CaseIterable {
  case children, enabled, observe, nodeName, parameter
  case property, propertyName, relation, relationName, propertyValue
  case filterAction, filterActionName
  // Read by nobody: positions are counted, statistics live in the running program, and outlines are the editor's
  // matter.
  case nodeNumber, nodeCount, expandedState
  case matchCount, matchDelta, byteCount, byteDelta, lastTime
}

enum SettingKey: String, CaseIterable {
  case triggerDuration, triggerIPv6Prefix, triggersPerMinute, triggerProof, observe
  case addressCapacity, connectionCapacity, fragmentCapacity, delayCapacity, delaySeconds
  case local, protected, interfaceNames, malformed, blockIPv6, helpers, blockedPage
  case mailTo, mailFrom, mailsPerMinute, notificationsPerMinute, notificationsPerRule
  case logins, applications
}
