internal import ArgumentParser
internal import SentryPropertyList
internal import SentryRules

/// `sentry show`: the tree of a document's rules, numbered.
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a document's rules as a numbered tree.",
    discussion: """
      Disabled rules are shown, and marked. Findings go to standard error.

        sentry show Documents/Default.plist
      """)

  @Argument(
    help: ArgumentHelp("A document: text, XML or binary property list; - reads standard input.", valueName: "doc"))
  var document: String

  @Option(help: "How to print.")
  var format = ReportFormat.text

  func run() throws {
    let ruleSet = try DocumentFile.load(document).ruleSet
    switch format {
    case .text: Console.write { RuleTreeText.write(ruleSet, to: $0) }
    case .json: try writeJSON(ruleSet.rules)
    }
  }
}

extension Show {
  /// An array, rule by rule: all of them at once would take many times the document's size.
  private func writeJSON(_ rules: [Rule]) throws(CommandFailure) {
    try Console.write { output throws(CommandFailure) in
      output.write("[")
      for (index, rule) in rules.enumerated() {
        let text = try jsonText(RuleDescription(rule))
        output.write((index == 0 ? "\n  " : ",\n  ") + text.replacing("\n", with: "\n  "))
      }
      output.write("\n]\n")
    }
  }
}

/// One rule in `show --format json`, in document order.
struct RuleDescription: Encodable {
  var number: String
  var name: String
  var enabled: Bool
  /// Only where the rule says so.
  var observe: Bool?
  var property: String
  var relation: String
  var value: String
  var action: String
  var parameter: String

  init(_ rule: Rule) {
    number = rule.number
    name = rule.name
    enabled = rule.isEnabled
    observe = rule.isObserved ? true : nil
    property = rule.property.name
    relation = rule.relation.name
    value = rule.value
    action = rule.action.name
    parameter = rule.parameter
  }
}
