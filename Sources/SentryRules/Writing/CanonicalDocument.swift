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

  static func otherEntries(of ruleSet: RuleSet) -> [PropertyListDictionary.Entry] {
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
  static func indented(_ value: PropertyListValue) -> String {
    printer.print(value).split(separator: "\n").joined(separator: "\n  ")
  }
}

/// The rules of a canonical document.
struct CanonicalRules {
  private let rules: [Rule]
  /// In document order; none for rules without.
  private let comments: [RuleComments?]
  private var text = ""
  /// Rules whose children are being written.
  private var open: [Int] = []
  private var depth: Int
  private let hasNumbers: Bool

  /// Rules with their comments, which need one element for each rule or none at all.
  static func text(
    of rules: [Rule], depth: Int, comments: [RuleComments?] = [], hasNumbers: Bool = true
  ) -> String {
    var writer = CanonicalRules(rules: rules, comments: comments, depth: depth, hasNumbers: hasNumbers)
    for index in rules.indices {
      writer.close(before: index)
      writer.write(index)
    }
    writer.close(before: rules.count)
    return writer.text
  }

  private init(rules: [Rule], comments: [RuleComments?], depth: Int, hasNumbers: Bool) {
    self.rules = rules
    self.comments = comments
    self.depth = depth
    self.hasNumbers = hasNumbers
  }

  private func comments(of index: Int) -> RuleComments? { comments.indices.contains(index) ? comments[index] : nil }

  private mutating func write(_ index: Int) {
    let comments = comments(of: index)
    if let comments {
      if comments.isSeparated { text += "\n" }
      write(comments.before, indentation: indentation)
    }
    let start = indentation + (hasNumbers ? "{ /* \(rules[index].number) */" : "{")
    let hasChildren = rules[index].subtreeEnd > index + 1
    if let comments, comments.areInside {
      writeLines(index, start, comments, hasChildren: hasChildren)
    } else {
      writeCompact(index, start, hasChildren: hasChildren)
    }
    if hasChildren {
      text += comments?.afterChildrenOpening.asTrailing ?? ""
      text += "\n"
      open.append(index)
      depth += levels(of: index)
    } else {
      writeEnd(of: index)
    }
  }

  private mutating func writeCompact(_ index: Int, _ start: String, hasChildren: Bool) {
    var lines = Lines(first: start, indentation: indentation + "  ")
    for group in rules[index].writtenGroups where !group.isEmpty {
      lines.append(group.map(\.text).joined(separator: " "))
    }
    if hasChildren { lines.append("children = (") }
    text += lines.text + (hasChildren ? "" : " }")
  }

  /// An entry a line, each with its comments.
  private mutating func writeLines(_ index: Int, _ start: String, _ comments: RuleComments, hasChildren: Bool) {
    let inner = indentation + "  "
    text += start + comments.opening.asTrailing + "\n"
    var rest = comments.entries
    if hasChildren { rest[.children] = nil }
    for entry in rules[index].writtenGroups.joined() {
      let own = rest.removeValue(forKey: entry.key)
      write(own?.before ?? [], indentation: inner)
      text += inner + entry.text + (own?.after.asTrailing ?? "") + "\n"
    }
    // Entries that go without saying may have had something to say.
    for key in RuleKey.allCases { write((rest[key]?.before ?? []) + (rest[key]?.after ?? []), indentation: inner) }
    if hasChildren {
      write(comments.entries[.children]?.before ?? [], indentation: inner)
      text += inner + "children = ("
    } else {
      write(comments.beforeClosing, indentation: inner)
      text += indentation + "}"
    }
  }

  private mutating func write(_ comments: [String], indentation: String) {
    for comment in comments { text += indentation + comment.replacing("\n", with: "\n" + indentation) + "\n" }
  }

  private mutating func close(before index: Int) {
    while let innermost = open.last, rules[innermost].subtreeEnd == index {
      let comments = comments(of: innermost)
      write(comments?.endOfChildren ?? [], indentation: indentation)
      open.removeLast()
      depth -= levels(of: innermost)
      if let comments, comments.areInside {
        text += "\(indentation)  );" + (comments.entries[.children]?.after.asTrailing ?? "") + "\n"
        write(comments.beforeClosing, indentation: indentation + "  ")
        text += indentation + "}"
      } else {
        text += "\(indentation)); }"
      }
      writeEnd(of: innermost)
    }
  }

  private mutating func writeEnd(of index: Int) {
    text += separator(after: index) + (comments(of: index)?.after.asTrailing ?? "") + "\n"
  }

  /// How much further in a rule's children stand: below the line that opens their list.
  private func levels(of index: Int) -> Int { comments(of: index)?.areInside == true ? 2 : 1 }

  private var indentation: String { String(repeating: "  ", count: depth) }

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

/// One `key = value;` of a rule.
struct WrittenEntry {
  let key: RuleKey
  let value: String

  init(_ key: RuleKey, _ value: String) {
    self.key = key
    self.value = value
  }

  var text: String { "\(key.rawValue) = \(CanonicalDocument.printer.word(value));" }
}

extension Rule {
  /// Entries that belong on one line: what the rule is, what it tests, what it does.
  var writtenGroups: [[WrittenEntry]] {
    var identity: [WrittenEntry] = []
    var test = [WrittenEntry(.propertyName, property.name)]
    var effect: [WrittenEntry] = []
    if !name.isEmpty { identity.append(WrittenEntry(.nodeName, name)) }
    identity.append(WrittenEntry(.enabled, isEnabled ? "1" : "0"))
    if relation != .equal { test.append(WrittenEntry(.relationName, relation.name)) }
    if !value.isEmpty { test.append(WrittenEntry(.propertyValue, value)) }
    if action.operation != .next { effect.append(WrittenEntry(.filterActionName, action.name)) }
    if !parameter.isEmpty { effect.append(WrittenEntry(.parameter, parameter)) }
    return [identity, test, effect]
  }
}

extension InterfaceEntry {
  var written: PropertyListValue {
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
  var written: [PropertyListDictionary.Entry] {
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
    write(.blockedPage, \.blockedPage) { .string($0 ?? "") }
    return written
  }
}
