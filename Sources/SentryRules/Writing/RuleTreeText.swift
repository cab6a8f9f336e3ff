package import SentryPropertyList

/// A rule set as an outline for people: a line for each rule, the tests of those below another indented.
///
/// ```
/// rule       test                        action  name                    parameter
/// 1          Direction == inbound        ->      default first
/// 1.1          IPFragmentOffset == 1-63  Delete  sneak around fragments
/// 2.5   off  Direction == inbound        ->      Check servers
/// 2.5.1   ·    Idle seconds >= 60        URL     send probe              ping://192.0.2.2
/// ```
public enum RuleTreeText {
  /// Something to show of each rule, such as its matches.
  public struct Column: Sendable {
    public var title: String
    /// In document order, a text for each rule; blank where there is none.
    public var values: [String]

    public init(title: String, values: [String]) {
      self.title = title
      self.values = values
    }
  }

  /// A rule that is off is marked `off`, those below it `·`; one that is only observed `obs`, as are those below it. Each line ends in a newline.
  public static func text(of ruleSet: RuleSet, columns: [Column] = []) -> String {
    ByteOutput.text { write(ruleSet, columns: columns, to: $0) }
  }

  /// The same, line by line.
  package static func write(_ ruleSet: RuleSet, columns: [Column] = [], to output: ByteOutput) {
    let numbers = columns.map { TextTable.Column(title: $0.title, alignment: .right) }
    let usage = ruleSet.usage
    let observation = ruleSet.observation
    let table = TextTable(
      [TextTable.Column(title: "rule", longest: 16), TextTable.Column(title: "", alignment: .right)] + numbers + [
        TextTable.Column(title: "test", longest: 48), TextTable.Column(title: "action"),
        TextTable.Column(title: "name", longest: 40), TextTable.Column(title: "parameter", isOptional: true),
      ], rowCount: ruleSet.rules.count
    ) { index in
      let rule = ruleSet.rules[index]
      let mark =
        usage[index] ? (observation[index] == .none ? "" : "obs") : rule.isEnabled ? "·" : "off"
      let values = columns.map { $0.values.indices.contains(index) ? $0.values[index] : "" }
      return [rule.number, mark] + values + [
        test(of: rule), rule.action.name, rule.name.visible, rule.parameter.visible,
      ]
    }
    table.write(to: output)
  }

  private static func test(of rule: Rule) -> String {
    let indentation = String(repeating: "  ", count: min(rule.depth, 20))
    guard rule.property.needsValue else {
      return indentation
        + (rule.relation == .equal ? rule.property.name : "\(rule.property.name) \(rule.relation.name)")
    }
    return "\(indentation)\(rule.property.name) \(rule.relation.name) \(rule.value.visible)"
  }
}
