import Testing

@testable import SentryRules

/// A row of a table: this condition, asked of this packet.
struct ConditionCase: Sendable, CustomTestStringConvertible {
  let property: String
  let relation: Relation
  let value: String
  let packet: TestPacket
  let matches: Bool
  let what: String

  init(
    _ property: String, _ relation: Relation, _ value: String, _ what: String, _ packet: TestPacket, _ matches: Bool
  ) {
    self.property = property
    self.relation = relation
    self.value = value
    self.what = what
    self.packet = packet
    self.matches = matches
  }

  var testDescription: String {
    "\(property) \(relation.name) '\(value)' \(matches ? "matches" : "does not match") \(what)"
  }

  /// Lowers the condition as a program's only rule, and asks it.
  func expect(_ location: SourceLocation = #_sourceLocation) throws {
    let program = try program(property, relation, value)
    #expect(packet.matches(program) == matches, "\(testDescription)", sourceLocation: location)
  }
}

/// The program of a document with this one rule.
func program(_ property: String, _ relation: Relation, _ value: String, settings: Settings = Settings()) throws
  -> Program
{
  let content = RuleContent(
    name: "", condition: try condition(property, relation, value), value: value, action: PassAction.self, parameter: "",
    argument: .none)
  let rule = Rule(
    content, isEnabled: true, position: RulePosition(1), index: 0, parent: -1, depth: 0, source: nil)
  return RuleSet(rules: [rule], settings: settings, interfaces: [], keptKeys: []).program()
}

func condition(_ property: String, _ relation: Relation, _ value: String) throws -> Condition {
  let type = try #require(allProperties.first { $0.name == property })
  return try Condition(type, relation, value: value)
}

/// A row of a table: a value that `property` refuses, and a part of what it says then.
struct RefusedValue: Sendable, CustomTestStringConvertible {
  let property: String
  let value: String
  let message: String

  init(_ property: String, _ value: String, _ message: String) {
    self.property = property
    self.value = value
    self.message = message
  }

  var testDescription: String { "\(property) refuses '\(value)': \(message)" }

  func expect(_ location: SourceLocation = #_sourceLocation) {
    do {
      _ = try condition(property, .equal, value)
      Issue.record("accepted: \(testDescription)", sourceLocation: location)
    } catch {
      let said = (error as? ValueError).map { $0.message + ($0.hint ?? "") } ?? "\(error)"
      #expect(said.contains(message), "said: \(said)", sourceLocation: location)
    }
  }
}
