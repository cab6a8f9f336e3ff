import SentryDiagnostics
import SentryRules
import Testing

/// Reads `marked` without its marks, and expects one finding for each of `ids`, in the order of their places, each
/// covering the text between « and ».
@discardableResult
func expectDocument(
  _ marked: String, _ ids: Diagnostic.ID..., location: SourceLocation = #_sourceLocation
) -> RuleDocument {
  let (text, ranges) = unmarked(marked)
  let document = RuleDocument(reading: text)
  let found = document.diagnostics.map { "\($0.id) at \($0.range)" }
  let expected = zip(ids, ranges).map { "\($0) at \($1)" }
  #expect(ids.count == ranges.count, "a mark for each finding", sourceLocation: location)
  #expect(found == expected, "\(document.rendered)", sourceLocation: location)
  return document
}

/// The text without marks, and the byte ranges that were marked.
private func unmarked(_ marked: String) -> (text: String, ranges: [Range<Int>]) {
  var text = ""
  var starts: [Int] = []
  var ranges: [Range<Int>] = []
  for character in marked {
    switch character {
    case "«": starts.append(text.utf8.count)
    case "»": if let start = starts.popLast() { ranges.append(start..<text.utf8.count) }
    default: text.append(character)
    }
  }
  return (text, ranges)
}

/// The rule set of a document that must be free of errors.
func ruleSet(_ text: String, location: SourceLocation = #_sourceLocation) throws -> RuleSet {
  let document = RuleDocument(reading: text)
  return try #require(document.ruleSet, "\(document.rendered)", sourceLocation: location)
}

extension RuleDocument {
  /// All findings as a person sees them.
  var rendered: String { diagnostics.map { $0.rendered(in: source) }.joined(separator: "\n") }

  /// `unknownProperty error` and so on, in order.
  var outcome: [String] { diagnostics.map { "\($0.id) \($0.severity)" } }
}

extension RuleSet {
  /// A line for each rule: `2.3.1 off 'name' Dest port == 23 -> Delete`, the parameter in brackets.
  var lines: [String] {
    rules.map { rule in
      let name = rule.name.isEmpty ? "" : " '\(rule.name)'"
      let value = rule.value.isEmpty ? "" : " \(rule.value)"
      let parameter = rule.parameter.isEmpty ? "" : " [\(rule.parameter)]"
      return
        "\(rule.number)\(rule.isEnabled ? "" : " off")\(name) \(rule.property.name) \(rule.relation.name)\(value): "
        + rule.action.name + parameter
    }
  }
}
