internal import SentryPropertyList

/// What the root of a document says under one key, beside the rules.
struct RootEntry {
  enum Content {
    case value(PropertyListValue)
    /// As it was read.
    case node(PropertyListNode)
  }

  let key: String
  let content: Content
}

extension RootEntry {
  fileprivate func write(to writer: inout some PropertyListWriter) {
    writer.key(key)
    if key == RootKey.tests, case .node(let node) = content {
      TestContent(key: nil, node: node).write(to: &writer)
    } else {
      content.write(to: &writer)
    }
  }
}

extension RootEntry.Content: PropertyListContent {
  func write(to writer: inout some PropertyListWriter) {
    switch self {
    case .value(let value): value.write(to: &writer)
    case .node(let node): node.write(to: &writer)
    }
  }
}

extension RuleSet {
  /// Interfaces and settings, under our keys, and what means nothing to the rules.
  var otherEntries: [RootEntry] {
    var entries: [RootEntry] = []
    if !interfaces.isEmpty {
      entries.append(RootEntry(key: RootKey.interfaces, content: .value(.array(interfaces.map(\.written)))))
    }
    if let settings = settingsEntry { entries.append(settings) }
    return entries + keptEntries
  }

  fileprivate var settingsEntry: RootEntry? {
    let written = settings.written
    return written.isEmpty
      ? nil : RootEntry(key: RootKey.settings, content: .value(.dictionary(PropertyListDictionary(written))))
  }

  var keptEntries: [RootEntry] { keptKeys.map { RootEntry(key: $0.key, content: .node($0.node)) } }
}

/// A rule set with our keys, to be written in any form.
struct CurrentDocument: PropertyListContent {
  let ruleSet: RuleSet

  func write(to writer: inout some PropertyListWriter) {
    writer.begin(.dictionary)
    writer.key(RootKey.rules)
    RuleTreeContent<CurrentRuleForm>(rules: ruleSet.rules).write(to: &writer)
    for entry in ruleSet.otherEntries {
      entry.write(to: &writer)
    }
    writer.end()
  }
}

/// A rule set with the classic program's keys, in the order of the alphabet; `settings` as well, which it leaves alone,
/// for what it has no keys for.
struct ClassicDocument: PropertyListContent {
  let ruleSet: RuleSet

  func write(to writer: inout some PropertyListWriter) {
    let others = entries.sorted { $0.key < $1.key }
    writer.begin(.dictionary)
    for entry in others where entry.key < RootKey.classicTable { entry.write(to: &writer) }
    writeTable(to: &writer)
    for entry in others where entry.key >= RootKey.classicTable { entry.write(to: &writer) }
    writer.end()
  }

  private func writeTable(to writer: inout some PropertyListWriter) {
    writer.key(RootKey.classicTable)
    writer.begin(.dictionary)
    writer.key(RuleKey.children.rawValue)
    RuleTreeContent<ClassicForm>(rules: ruleSet.rules).write(to: &writer)
    writer.key(RuleKey.enabled.rawValue)
    writer.scalar(1)
    writer.end()
  }

  /// Everything but the table.
  private var entries: [RootEntry] {
    var entries = ruleSet.keptEntries
    func add(_ key: String, _ value: PropertyListValue) { entries.append(RootEntry(key: key, content: .value(value))) }
    if !ruleSet.interfaces.isEmpty {
      add(RootKey.classicInterfaces, .array(ruleSet.interfaces.map(Self.classic)))
    }
    if let index = SettingsReader.classicDurations.firstIndex(of: ruleSet.settings.triggerDuration) {
      add(RootKey.classicTriggerDuration, .integer(Int64(index)))
    }
    add(RootKey.classicBlockIPv6, ruleSet.settings.blockIPv6 ? 1 : 0)
    return entries + (ruleSet.settingsEntry.map { [$0] } ?? [])
  }

  private static func classic(_ interface: InterfaceEntry) -> PropertyListValue {
    .dictionary([
      "bridgeOn": interface.isBridged ? 1 : 0, "externalOn": interface.isExternal ? 1 : 0,
      "filterOn": interface.isFiltered ? 1 : 0, "interfaceID": .string(interface.name),
      "interfaceName": .string(interface.name), "natOn": 0,
    ])
  }
}
