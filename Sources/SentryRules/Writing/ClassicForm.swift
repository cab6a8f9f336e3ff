internal import SentryPropertyList

/// The text form of the classic program (docs/Classic.md, "Text form"): an array around the rules, keys in the order of
/// the alphabet, names and the numbers of the newest generation both, every rule with its position.
public enum ClassicForm {
  /// A whole document as the classic program keeps one, in text.
  public static func document(of ruleSet: RuleSet) -> String { ByteOutput.text { write(ruleSet, to: $0) } }

  static func write(_ ruleSet: RuleSet, to output: ByteOutput) {
    printer.write(ClassicDocument(ruleSet: ruleSet), to: output)
    output.write("\n")
  }

  /// Copied rules: parents before children, as in a rule set.
  static func write(_ rules: [Rule], to output: ByteOutput) {
    printer.write(RuleTreeContent<ClassicForm>(rules: rules), to: output)
    output.write("\n")
  }

  /// What the classic program has no number for, and so does not know.
  public struct UnknownName: Sendable, Equatable {
    public let name: String
    /// The first rule that uses it.
    public let rule: String
    /// What the classic program takes in its place (docs/Classic.md, "Generations").
    public let readAs: String

    /// For people: `note: rule 2: the classic program does not know 'TTL' and reads 'Any'`.
    public var note: String { "note: rule \(rule): the classic program does not know '\(name)' and reads '\(readAs)'" }
  }

  /// Each name once.
  public static func unknownNames(in rules: [Rule]) -> [UnknownName] {
    var seen: Set<String> = []
    return rules.flatMap { rule -> [UnknownName] in
      let property = rule.property.codes.newest == nil ? [(rule.property.name, AnyProperty.name)] : []
      let action = rule.action.codes.newest == nil ? [(rule.action.classicName, NextLevelAction.name)] : []
      return (property + action).filter { seen.insert($0.0).inserted }.map { name, readAs in
        UnknownName(name: name, rule: rule.number, readAs: readAs)
      }
    }
  }

  private static let printer: PropertyListPrinter = {
    var printer = PropertyListPrinter()
    printer.asciiOnly = true
    printer.lineWidth = 0
    return printer
  }()
}

extension ClassicForm: RuleForm {
  static func entriesBeforeChildren(of rule: Rule) -> [ScalarEntry] { [] }

  static func entriesAfterChildren(of rule: Rule) -> [ScalarEntry] {
    var entries: [(RuleKey, PropertyListValue)] = [(.enabled, rule.isEnabled ? 1 : 0)]
    if let code = rule.action.codes.newest { entries.append((.filterAction, .integer(Int64(code)))) }
    entries.append((.filterActionName, .string(rule.action.classicName)))
    if !rule.name.isEmpty { entries.append((.nodeName, .string(rule.name))) }
    entries.append((.nodeNumber, .string(rule.number)))
    if rule.isObserved { entries.append((.observe, 1)) }
    if !rule.parameter.isEmpty { entries.append((.parameter, .string(rule.parameter))) }
    if let code = rule.property.codes.newest { entries.append((.property, .integer(Int64(code)))) }
    entries.append((.propertyName, .string(rule.property.name)))
    if !rule.value.isEmpty { entries.append((.propertyValue, .string(rule.value))) }
    entries.append((.relation, .integer(Int64(rule.relation.code))))
    entries.append((.relationName, .string(rule.relation.name)))
    return entries.map { ($0.rawValue, $1) }
  }
}
