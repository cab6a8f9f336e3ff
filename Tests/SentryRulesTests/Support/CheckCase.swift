import SentryDiagnostics
import SentryPropertyList
import SentryRules
import Testing

/// A row of a table: rules, and what the checks find in them.
///
/// Rules are written in short, one a line, two blanks deeper than the rule above: `Dest port == 23: Delete`, with `- `
/// before a rule that is off, `'name' ` before one that has a name, ` (2M)` behind an action for its parameter. A number such as `2.1` in `finds` is the rule that the
/// finding stands at.
struct CheckCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let rules: String
  let finds: [String]

  init(_ what: String, _ rules: String, finds: String...) {
    testDescription = what
    self.rules = rules
    self.finds = finds
  }

  /// - Parameter id: Findings of other checks are not looked at.
  func expect(
    _ id: Diagnostic.ID, on host: HostFacts? = nil, settings: String = "", _ location: SourceLocation = #_sourceLocation
  ) throws {
    let text = try ShortRules.document(rules, rest: settings)
    let document = RuleDocument(reading: text)
    let ruleSet = try #require(document.ruleSet, "\(document.rendered)", sourceLocation: location)
    let found = document.findings(on: host).filter { $0.id == id }.map { finding in
      ruleSet.rules.last { $0.holds(finding, of: document) }?.number ?? "elsewhere"
    }
    #expect(found == finds, "\(document.findings(on: host).map(\.message))", sourceLocation: location)
  }
}

extension Rule {
  /// The finding is about the rule, or about its value or its property.
  fileprivate func holds(_ finding: Diagnostic, of document: RuleDocument) -> Bool {
    guard let opening = source?.opening else { return false }
    return opening == finding.range
      || ["propertyValue", "propertyName"].contains {
        document.source.range(ofValueFor: $0, inDictionaryAt: opening.lowerBound) == finding.range
      }
  }
}

/// Documents in short.
enum ShortRules {
  struct Unreadable: Error { let line: String }

  static func document(_ rules: String, rest: String = "") throws -> String {
    var text = "{ rules = ("
    var depth = 0
    var isFirst = true
    for line in rules.split(separator: "\n") where !line.allSatisfy(\.isWhitespace) {
      let level = line.prefix { $0 == " " }.count / 2
      if level > depth {
        text += " children = ("
      } else {
        text += isFirst ? "" : " }"
        text += String(repeating: " ); }", count: depth - level) + (isFirst ? "" : ",")
      }
      depth = level
      isFirst = false
      text += try "\n{ enabled" + rule(line.drop { $0 == " " })
    }
    return text + (isFirst ? "" : " }") + String(repeating: " ); }", count: depth) + "\n); \(rest) }"
  }

  /// `- 'name' Dest port == 23: Delete`, from behind `enabled`.
  private static func rule(_ line: Substring) throws -> String {
    var line = line
    let isOff = line.hasPrefix("- ")
    if isOff { line = line.dropFirst(2) }
    var text = " = \(isOff ? 0 : 1);"
    if line.hasPrefix("'"), let end = line.dropFirst().firstIndex(of: "'") {
      text += " nodeName = \"\(line[..<end].dropFirst())\";"
      line = line[end...].dropFirst(2)
    }
    let colons = line.hasSuffix(":") ? line.ranges(of: ":") : line.ranges(of: ": ")
    guard let colon = colons.last else { throw Unreadable(line: String(line)) }
    let (test, action) = (line[..<colon.lowerBound], line[colon.upperBound...])
    let relation = ["a=A", "==", "!=", ">=", "<="].first { test.contains(" \($0) ") }
    if let relation, let middle = test.firstRange(of: " \(relation) ") {
      text += " propertyName = \"\(test[..<middle.lowerBound])\"; relationName = \"\(relation)\";"
      text += " propertyValue = \"\(test[middle.upperBound...])\";"
    } else if test == "Any !=" {
      text += " propertyName = Any; relationName = \"!=\";"
    } else {
      text += " propertyName = \"\(test)\";"
    }
    guard !action.isEmpty else { return text }
    let parts = action.split(separator: " (", maxSplits: 1)
    text += " filterActionName = \"\(parts[0])\";"
    return parts.count == 1 ? text : text + " parameter = \"\(parts[1].dropLast())\";"
  }
}
