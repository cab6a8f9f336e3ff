internal import SentryPropertyList

/// What there is to know about one word of the rule language, made from its declaration: the source of
/// `docs/Properties.md`, `docs/Actions.md` and what `sentry properties` and `sentry actions` print.
public struct LanguageEntry: Sendable {
  /// Something that can be said in a line.
  struct Fact: Sendable {
    let title: String
    let text: String
    /// As one writes it in a document.
    var isCode = false
  }

  /// As documents write it.
  public let name: String
  /// Other spellings that are read.
  public let aliases: [String]
  /// Begins with a small letter, ends without a full stop.
  let summary: String
  /// Empty ones are left out.
  let facts: [Fact]
  /// Sentences; may be empty.
  let details: String
  /// A document that uses it.
  let example: String
  /// In the list at the top of a page.
  let shortFact: Fact

  /// All properties, in the order lists show them.
  public static let properties: [LanguageEntry] = allProperties.map { LanguageEntry(property: $0) }
  /// All actions, in the order lists show them.
  public static let actions: [LanguageEntry] = allActions.map { LanguageEntry(action: $0) }
}

// MARK: Properties

extension LanguageEntry {
  private init(property: any Property.Type) {
    name = property.name
    aliases = property.aliases
    summary = property.summary
    details = property.details
    let relations = property.needsValue ? Relation.allCases.filter(property.relations.contains) : []
    facts = [
      Fact(title: "Value", text: property.valueSyntax),
      Fact(title: "For example", text: property.example, isCode: true),
      Fact(title: "Relations", text: relations.map(\.name).joined(separator: " "), isCode: true),
      Fact(title: "Without it", text: property.absence),
      Fact(title: "Also read", text: property.aliases.joined(separator: ", ")),
      Fact(title: "Number", text: property.codes.text),
    ].filter { !$0.text.isEmpty }
    example = Self.example(of: property)
    shortFact = Fact(title: "Value", text: property.example, isCode: true)
  }

  /// A rule that logs what matches; below another if it asks about its parent.
  private static func example(of property: any Property.Type) -> String {
    var rule = [written(.propertyName, property.name)]
    if property.needsValue { rule.append(written(.propertyValue, property.example)) }
    rule.append(written(.filterActionName, LogAction.name))
    return asksParent(property) ? document(of: rule, below: []) : document(of: rule)
  }

  private static func asksParent(_ property: any Property.Type) -> Bool {
    guard let condition = try? Condition(property, .equal, value: property.example) else { return false }
    var builder = ProgramBuilder(settings: Settings())
    return switch condition.lower(into: &builder).test {
    case .parentMatchCount, .parentMatchRate, .parentByteCount, .idleSeconds(.parent, _): true
    default: false
    }
  }
}

// MARK: Actions

extension LanguageEntry {
  private init(action: any Action.Type) {
    name = action.name
    aliases = action.aliases
    summary = action.summary
    details = action.details
    let ends = action.operation.isTerminating ? "yes" : ""
    facts = [
      Fact(title: "Parameter", text: action.parameterMeaning ?? ""),
      Fact(title: "For example", text: action.parameterExample, isCode: true),
      Fact(title: "Ends the walk", text: ends),
      Fact(title: "Also read", text: action.aliases.joined(separator: ", ")),
      Fact(title: "Number", text: action.codes.text),
    ].filter { !$0.text.isEmpty }
    example = Self.example(of: action)
    shortFact = Fact(title: "Ends the walk", text: ends)
  }

  /// A rule with the action, for what comes in: a trigger must not catch this host. What leads the walk has something to
  /// lead to; what leaves a group is in one.
  private static func example(of action: any Action.Type) -> String {
    var rule = [written(.propertyName, DestPortProperty.name), written(.propertyValue, "7 (echo)")]
    rule.append(written(.filterActionName, action.name))
    if !action.parameterExample.isEmpty { rule.append(written(.parameter, action.parameterExample)) }
    var parent = [written(.propertyName, DirectionProperty.name), written(.propertyValue, "in")]
    switch action.operation {
    case .next, .group: rule.append("children = ( { enabled = 1; filterActionName = Log; } );")
    case .exitGroup: parent = [written(.filterActionName, GroupAction.name)]
    default: break
    }
    return document(of: rule, below: parent)
  }
}

// MARK: Text of rules

extension LanguageEntry {
  /// Of a line in an example, so that it fits a terminal and an indented block.
  private static let lineWidth = 78

  /// A document of one rule.
  private static func document(of entries: [String]) -> String {
    "(\n" + filled(entries, indentation: "  ") + " }\n)"
  }

  /// The same below a rule with the entries `parent`.
  private static func document(of entries: [String], below parent: [String]) -> String {
    let opening = filled(parent + ["children = ("], indentation: "  ")
    return "(\n\(opening)\n" + filled(entries, indentation: "    ") + " }\n  ); }\n)"
  }

  /// A rule up to its closing brace, as many entries on a line as fit.
  private static func filled(_ entries: [String], indentation: String) -> String {
    var lines = [indentation + "{ enabled = 1;"]
    for entry in entries {
      if lines[lines.count - 1].count + 1 + entry.count <= lineWidth {
        lines[lines.count - 1] += " " + entry
      } else {
        lines.append(indentation + "  " + entry)
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func written(_ key: RuleKey, _ text: String) -> String {
    "\(key.rawValue) = \(CanonicalDocument.printer.word(text));"
  }
}

extension GenerationCodes {
  /// `19 (2003: 17)`; the numbers of earlier generations only where they differ, empty where there is none at all.
  fileprivate var text: String {
    guard let newest else { return "" }
    let earlier = [("2005", middle), ("2003", year2003)].compactMap { year, code in
      code.flatMap { $0 == newest ? nil : "\(year): \($0)" }
    }
    return earlier.isEmpty ? "\(newest)" : "\(newest) (\(earlier.joined(separator: ", ")))"
  }
}
