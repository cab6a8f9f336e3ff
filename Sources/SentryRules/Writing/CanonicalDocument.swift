internal import SentryPropertyList

/// The text form that we write: names without numbers, nothing that goes without saying, and each rule's number as a
/// comment after its opening brace. It reads again as an equal rule set.
public enum CanonicalDocument {
  /// In columns; a single long value may be wider.
  static let lineWidth = 120

  /// Ends in a newline.
  public static func text(of ruleSet: RuleSet) -> String { ByteOutput.text { write(ruleSet, to: $0) } }

  static func write(_ ruleSet: RuleSet, to output: ByteOutput) {
    output.write("{\n  rules = (\n")
    CanonicalRules.write(ruleSet.rules, to: output, depth: 2)
    output.write("  );\n")
    writeOtherEntries(of: ruleSet, to: output)
    output.write("}\n")
  }

  /// What the root says beside the rules, after an empty line.
  static func writeOtherEntries(of ruleSet: RuleSet, to output: ByteOutput) {
    for (index, entry) in ruleSet.otherEntries.enumerated() {
      output.write("\(index == 0 ? "\n" : "")  \(printer.word(entry.key)) = ")
      printer.write(entry.content, to: output, margin: 2)
      output.write(";\n")
    }
  }

  static let printer: PropertyListPrinter = {
    var printer = PropertyListPrinter()
    printer.indentation = 2
    printer.lineWidth = lineWidth - 20
    return printer
  }()
}

/// The rules of a canonical document.
struct CanonicalRules {
  private let rules: [Rule]
  /// In document order; none for rules without.
  private let comments: [Int: RuleComments]
  private let output: ByteOutput
  /// Rules whose children are being written.
  private var open: [Int] = []
  private var depth: Int

  /// Rules with their comments, by index.
  static func write(_ rules: [Rule], to output: ByteOutput, depth: Int, comments: [Int: RuleComments] = [:]) {
    var writer = CanonicalRules(rules: rules, comments: comments, output: output, depth: depth)
    for index in rules.indices {
      writer.close(before: index)
      writer.write(index)
    }
    writer.close(before: rules.count)
  }

  private init(rules: [Rule], comments: [Int: RuleComments], output: ByteOutput, depth: Int) {
    self.rules = rules
    self.comments = comments
    self.output = output
    self.depth = depth
  }

  private mutating func write(_ index: Int) {
    let comments = self.comments[index]
    if let comments {
      if comments.isSeparated { output.write("\n") }
      write(comments.before, indentation: indentation)
    }
    let start = "\(indentation){ /* \(rules[index].number) */"
    let hasChildren = rules[index].subtreeEnd > index + 1
    if let comments, comments.areInside {
      writeLines(index, start, comments, hasChildren: hasChildren)
    } else {
      writeCompact(index, start, hasChildren: hasChildren)
    }
    if hasChildren {
      output.write((comments?.afterChildrenOpening.asTrailing ?? "") + "\n")
      open.append(index)
      depth += levels(of: index)
    } else {
      writeEnd(of: index)
    }
  }

  private func writeCompact(_ index: Int, _ start: String, hasChildren: Bool) {
    var lines = FilledLines(output, first: start, indentation: indentation + "  ")
    for group in rules[index].writtenGroups where !group.isEmpty { lines.add(group) }
    if hasChildren { lines.add("children = (") } else { output.write(" }") }
  }

  /// An entry a line, each with its comments.
  private func writeLines(_ index: Int, _ start: String, _ comments: RuleComments, hasChildren: Bool) {
    let inner = indentation + "  "
    output.write(start + comments.opening.asTrailing + "\n")
    var rest = comments.entries
    if hasChildren { rest[.children] = nil }
    for entry in rules[index].writtenGroups.joined() {
      let own = rest.removeValue(forKey: entry.key)
      write(own?.before ?? [], indentation: inner)
      output.write(inner)
      entry.write(to: output)
      output.write((own?.after.asTrailing ?? "") + "\n")
    }
    // Entries that go without saying may have had something to say.
    for key in RuleKey.allCases { write((rest[key]?.before ?? []) + (rest[key]?.after ?? []), indentation: inner) }
    if hasChildren {
      write(comments.entries[.children]?.before ?? [], indentation: inner)
      output.write(inner + "children = (")
    } else {
      write(comments.beforeClosing, indentation: inner)
      output.write(indentation + "}")
    }
  }

  private func write(_ comments: [String], indentation: String) {
    for comment in comments {
      output.write(indentation + comment.replacing("\n", with: "\n" + indentation) + "\n")
    }
  }

  private mutating func close(before index: Int) {
    while let innermost = open.last, rules[innermost].subtreeEnd == index {
      let comments = self.comments[innermost]
      write(comments?.endOfChildren ?? [], indentation: indentation)
      open.removeLast()
      depth -= levels(of: innermost)
      if let comments, comments.areInside {
        output.write("\(indentation)  );" + (comments.entries[.children]?.after.asTrailing ?? "") + "\n")
        write(comments.beforeClosing, indentation: indentation + "  ")
        output.write(indentation + "}")
      } else {
        output.write("\(indentation)); }")
      }
      writeEnd(of: innermost)
    }
  }

  private func writeEnd(of index: Int) {
    output.write(separator(after: index) + (comments[index]?.after.asTrailing ?? "") + "\n")
  }

  /// How much further in a rule's children stand: below the line that opens their list.
  private func levels(of index: Int) -> Int { comments[index]?.areInside == true ? 2 : 1 }

  private var indentation: String { String(repeating: "  ", count: depth) }

  private func separator(after index: Int) -> String {
    let parent = rules[index].parent
    return rules[index].subtreeEnd < (parent < 0 ? rules.count : rules[parent].subtreeEnd) ? "," : ""
  }
}

/// Fills lines with groups of entries, which stay together.
private struct FilledLines {
  private let output: ByteOutput
  private let indentation: String
  /// How full the line is; `nil` beyond what lines hold.
  private var column: Int?

  init(_ output: ByteOutput, first: String, indentation: String) {
    self.output = output
    self.indentation = indentation
    column = first.count
    output.write(first)
  }

  mutating func add(_ group: [WrittenEntry]) {
    guard group.contains(where: \.isLong) else { return add(group.map(\.text).joined(separator: " ")) }
    output.write("\n" + indentation)
    for (index, entry) in group.enumerated() {
      if index > 0 { output.write(" ") }
      entry.write(to: output)
    }
    column = nil
  }

  mutating func add(_ group: String) {
    // Room for the brace and the comma that may follow.
    if let column, column + 1 + group.count <= CanonicalDocument.lineWidth - 3 {
      output.write(" " + group)
      self.column = column + 1 + group.count
    } else {
      output.write("\n" + indentation + group)
      column = indentation.count + group.count
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

  var text: String { ByteOutput.text { write(to: $0) } }

  /// Does not fit on a line in any case.
  var isLong: Bool { value.utf8.count > 4096 }

  func write(to output: ByteOutput) {
    output.write("\(key.rawValue) = ")
    CanonicalDocument.printer.writeWord(value, to: output)
    output.write(";")
  }
}

extension Rule {
  /// Entries that belong on one line: what the rule is, what it tests, what it does.
  var writtenGroups: [[WrittenEntry]] {
    var identity: [WrittenEntry] = []
    var test = [WrittenEntry(.propertyName, property.name)]
    var effect: [WrittenEntry] = []
    if !name.isEmpty { identity.append(WrittenEntry(.nodeName, name)) }
    identity.append(WrittenEntry(.enabled, isEnabled ? "1" : "0"))
    if isObserved { identity.append(WrittenEntry(.observe, "1")) }
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
    write(.triggersPerMinute, \.triggersPerMinute) { $0.map { .integer(Int64($0)) } ?? "unlimited" }
    write(.triggerProof, \.triggerProof) { .string($0.rawValue) }
    write(.observe, \.observe) { $0 ? 1 : 0 }
    write(.addressCapacity, \.addressCapacity, as: integer)
    write(.connectionCapacity, \.connectionCapacity, as: integer)
    write(.fragmentCapacity, \.fragmentCapacity, as: integer)
    write(.delayCapacity, \.delayCapacity, as: integer)
    write(.delaySeconds, \.delaySeconds) { .string("\($0)") }
    write(.local, \.localNetworks) { .array($0.map { .string(NetText.text(of: $0)) }) }
    write(.protected, \.protectedNetworks) { .array($0.map { .string(NetText.text(of: $0)) }) }
    write(.interfaceNames, \.interfaceNames) { names in
      let sorted = names.sorted { $0.key < $1.key }
      return .dictionary(PropertyListDictionary(sorted.map { .init(key: $0.key, value: .string($0.value)) }))
    }
    write(.malformed, \.malformed) { .string($0.rawValue) }
    write(.blockIPv6, \.blockIPv6) { $0 ? 1 : 0 }
    write(.helpers, \.helpers) { .array($0.map { .string($0.text) }) }
    write(.blockedPage, \.blockedPage) { .string($0 ?? "") }
    write(.mailTo, \.mailTo) { .array($0.map { .string($0) }) }
    write(.mailFrom, \.mailFrom) { .string($0 ?? "") }
    write(.mailsPerMinute, \.mailsPerMinute, as: integer)
    write(.notificationsPerMinute, \.notificationsPerMinute, as: integer)
    write(.notificationsPerRule, \.notificationsPerRule, as: integer)
    write(.logins, \.logins, as: \.written)
    write(.applications, \.applications) { ($0 ?? ApplicationSettings()).written }
    return written
  }
}
