internal import SentryPropertyList

/// A rule set as a property list value, to be written in any form.
enum DocumentValue {
  /// With our keys; names only, numbers and switches as numbers.
  static func current(_ ruleSet: RuleSet) -> PropertyListValue {
    let rules = RuleTreeValue.values(of: ruleSet.rules) { rule, children in
      var entries = rule.writtenGroups.joined().map { entry in
        PropertyListDictionary.Entry(
          key: entry.key.rawValue, value: entry.key == .enabled ? (rule.isEnabled ? 1 : 0) : .string(entry.value))
      }
      if !children.isEmpty { entries.append(.init(key: RuleKey.children.rawValue, value: .array(children))) }
      return .dictionary(PropertyListDictionary(entries))
    }
    let root = [PropertyListDictionary.Entry(key: RootKey.rules, value: .array(rules))]
    return .dictionary(PropertyListDictionary(root + CanonicalDocument.otherEntries(of: ruleSet)))
  }

  /// With the classic program's keys; `settings` as well, which it leaves alone, for what it has no keys for.
  static func classic(_ ruleSet: RuleSet) -> PropertyListValue {
    let rules = RuleTreeValue.values(of: ruleSet.rules, ClassicForm.value)
    let table: PropertyListDictionary = ["children": .array(rules), "enabled": 1]
    var entries = ruleSet.keptKeys.map { PropertyListDictionary.Entry(key: $0.key, value: $0.value) }
    entries.append(.init(key: RootKey.classicTable, value: .dictionary(table)))
    if !ruleSet.interfaces.isEmpty {
      entries.append(.init(key: RootKey.classicInterfaces, value: .array(ruleSet.interfaces.map(classic))))
    }
    if let index = SettingsReader.classicDurations.firstIndex(of: ruleSet.settings.triggerDuration) {
      entries.append(.init(key: RootKey.classicTriggerDuration, value: .integer(Int64(index))))
    }
    entries.append(.init(key: RootKey.classicBlockIPv6, value: ruleSet.settings.blockIPv6 ? 1 : 0))
    let settings = ruleSet.settings.written
    if !settings.isEmpty {
      entries.append(.init(key: RootKey.settings, value: .dictionary(PropertyListDictionary(settings))))
    }
    return .dictionary(PropertyListDictionary(entries.sorted { $0.key < $1.key }))
  }

  private static func classic(_ interface: InterfaceEntry) -> PropertyListValue {
    .dictionary([
      "bridgeOn": interface.isBridged ? 1 : 0, "externalOn": interface.isExternal ? 1 : 0,
      "filterOn": interface.isFiltered ? 1 : 0, "interfaceID": .string(interface.name),
      "interfaceName": .string(interface.name), "natOn": 0,
    ])
  }
}

/// Builds the nested values of rules that lie flat.
enum RuleTreeValue {
  /// `value` makes one rule's value from the rule and its children's values.
  static func values(
    of rules: [Rule], _ value: (Rule, [PropertyListValue]) -> PropertyListValue
  ) -> [PropertyListValue] {
    // From the end, so that children are there before their parents; each parent's list is backwards until then.
    var lists: [Int: [PropertyListValue]] = [:]
    for index in rules.indices.reversed() {
      let children = lists.removeValue(forKey: index) ?? []
      lists[rules[index].parent, default: []].append(value(rules[index], children.reversed()))
    }
    return (lists[-1] ?? []).reversed()
  }
}
