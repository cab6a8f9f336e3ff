internal import SentryPropertyList

/// The text form that we write: names without numbers, nothing that goes without saying, and each rule's number as a
/// comment after its opening brace. It reads again as an equal rule set.
public enum CanonicalDocument {
  /// In columns; a single long value may be wider.
  static let lineWidth = 120

  /// Ends in a newline.
  public static func text(of ruleSet: RuleSet) -> String {
    var text = "{\n  rules = (\n" + CanonicalRules.text(of: ruleSet.rules, depth: 2) + "  );\n"
    for (index, entry) in otherEntries(of: ruleSet).enumerated() {
      text += "\(index == 0 ? "\n" : "")  \(printer.word(entry.key)) = \(indented(entry.value));\n"
    }
    return text + "}\n"
  }

  private static func otherEntries(of ruleSet: RuleSet) -> [PropertyListDictionary.Entry] {
    var entries: [PropertyListDictionary.Entry] = []
    if !ruleSet.interfaces.isEmpty {
      entries.append(.init(key: RootKey.interfaces, value: .array(ruleSet.interfaces.map(\.written))))
    }
    let settings = ruleSet.settings.written
    if !settings.isEmpty {
      entries.append(.init(key: RootKey.settings, value: .dictionary(PropertyListDictionary(settings))))
    }
    return entries + ruleSet.keptKeys.map { .init(key: $0.key, value: $0.value) }
  }

  static let printer: PropertyListPrinter = {
    var printer = PropertyListPrinter()
    printer.indentation = 2
    printer.lineWidth = lineWidth - 20
    return printer
  }()

  /// Line ends within texts are escaped, so every line end is one of layout.
  private static func indented(_ value: PropertyListValue) -> String {
    printer.print(value).split(separator: "\n").joined(separator: "\n  ")
  }
}

/// The rules of a canonical document.
private struct CanonicalRules {
  private let rules: [Rule]
  private var text = ""
  /// Rules whose children are being written.
  private var open: [Int] = []
  private let baseDepth: Int

  static func text(of rules: [Rule], depth: Int) -> String {
    var writer = CanonicalRules(rules: rules, baseDepth: depth)
    for index in rules.indices {
      writer.close(before: index)
      writer.write(index)
    }
    writer.close(before: rules.count)
    return writer.text
  }

  private init(rules: [Rule], baseDepth: Int) {
    self.rules = rules
    self.baseDepth = baseDepth
  }

  private mutating func write(_ index: Int) {
    let rule = rules[index]
    var lines = Lines(first: "\(indentation){ /* \(rule.number) */", indentation: indentation + "  ")
    for group in rule.writtenGroups where !group.isEmpty { lines.append(group.joined(separator: " ")) }
    if rule.subtreeEnd > index + 1 {
      lines.append("children = (")
      text += lines.text + "\n"
      open.append(index)
    } else {
      text += "\(lines.text) }\(separator(after: index))\n"
    }
  }

  private mutating func close(before index: Int) {
    while let innermost = open.last, rules[innermost].subtreeEnd == index {
      open.removeLast()
      text += "\(indentation)); }\(separator(after: innermost))\n"
    }
  }

  private var indentation: String { String(repeating: "  ", count: baseDepth + open.count) }

  private func separator(after index: Int) -> String {
    let parent = rules[index].parent
    return rules[index].subtreeEnd < (parent < 0 ? rules.count : rules[parent].subtreeEnd) ? "," : ""
  }

  /// Fills lines with groups of words, which stay together.
  private struct Lines {
    private(set) var text: String
    private var column: Int
    private let indentation: String

    init(first: String, indentation: String) {
      text = first
      column = first.count
      self.indentation = indentation
    }

    mutating func append(_ group: String) {
      // Room for the brace and the comma that may follow.
      if column + 1 + group.count <= CanonicalDocument.lineWidth - 3 {
        text += " " + group
        column += 1 + group.count
      } else {
        text += "\n" + indentation + group
        column = indentation.count + group.count
      }
    }
  }
}

extension Rule {
  /// Entries that belong on one line: what the rule is, what it tests, what it does.
  fileprivate var writtenGroups: [[String]] {
    var identity: [String] = []
    var test = [written(.propertyName, property.name)]
    var effect: [String] = []
    if !name.isEmpty { identity.append(written(.nodeName, name)) }
    identity.append(written(.enabled, isEnabled ? "1" : "0"))
    if relation != .equal { test.append(written(.relationName, relation.name)) }
    if !value.isEmpty { test.append(written(.propertyValue, value)) }
    if action.operation != .next { effect.append(written(.filterActionName, action.name)) }
    if !parameter.isEmpty { effect.append(written(.parameter, parameter)) }
    return [identity, test, effect]
  }

  private func written(_ key: RuleKey, _ text: String) -> String {
    "\(key.rawValue) = \(CanonicalDocument.printer.word(text));"
  }
}

extension InterfaceEntry {
  fileprivate var written: PropertyListValue {
    let keys = InterfaceKeys.current
    return .dictionary(
      PropertyListDictionary([
        .init(key: keys.name, value: .string(name)),
        .init(key: keys.filters, value: isFiltered ? 1 : 0),
        .init(key: keys.external, value: isExternal ? 1 : 0),
        .init(key: keys.bridge, value: isBridged ? 1 : 0),
      ]))
  }
}

extension Settings {
  /// What differs from the defaults.
  fileprivate var written: [PropertyListDictionary.Entry] {
    let standard = Settings()
    var written: [PropertyListDictionary.Entry] = []
    func write<Value: Equatable>(
      _ key: SettingKey, _ path: KeyPath<Settings, Value>, as form: (Value) -> PropertyListValue
    ) {
      guard self[keyPath: path] != standard[keyPath: path] else { return }
      written.append(.init(key: key.rawValue, value: form(self[keyPath: path])))
    }
    func integer(_ number: Int) -> PropertyListValue { .integer(Int64(number)) }

    write(.triggerDuration, \.triggerDuration) { $0.map { .integer(Int64($0)) } ?? "unlimited" }
    write(.triggerIPv6Prefix, \.triggerIPv6Prefix, as: integer)
    write(.addressCapacity, \.addressCapacity, as: integer)
    write(.connectionCapacity, \.connectionCapacity, as: integer)
    write(.fragmentCapacity, \.fragmentCapacity, as: integer)
    write(.delayCapacity, \.delayCapacity, as: integer)
    write(.delaySeconds, \.delaySeconds) { .string("\($0)") }
    write(.local, \.localNetworks) { .array($0.map { .string(NetText.text(of: $0)) }) }
    write(.interfaceNames, \.interfaceNames) { names in
      let sorted = names.sorted { $0.key < $1.key }
      return .dictionary(PropertyListDictionary(sorted.map { .init(key: $0.key, value: .string($0.value)) }))
    }
    write(.malformed, \.malformed) { .string($0.rawValue) }
    write(.blockIPv6, \.blockIPv6) { $0 ? 1 : 0 }
    return written
  }
}
