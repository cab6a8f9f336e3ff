internal import SentryDiagnostics
package import SentryPropertyList

/// Rules taken out of a document as text of their own: an array, in the short form with the comments, or in the classic
/// one.
public struct CopiedRules: Sendable {
  /// The document they come from, with its findings.
  public let document: RuleDocument
  private let rules: [Rule]
  private let comments: [Int: RuleComments]

  /// - Parameters:
  ///   - names: numbers, ranges or names of rules; one below another of them comes with it.
  ///   - isAlone: each rule without those below it.
  /// - Throws: if the document has errors, or has no such rules.
  public init(
    of names: [String], from bytes: [UInt8], fileName: String, isAlone: Bool = false
  ) throws(EditError) {
    var root: PropertyListNode?
    document = RuleDocument(bytes, fileName: fileName) { root = $0 }
    guard let ruleSet = document.ruleSet, let root, let outline = RuleOutline(root) else {
      throw EditError(
        "\(fileName) has errors; nothing was copied", findings: document.diagnostics.filter { $0.severity == .error },
        in: document.source)
    }
    let numbers = try RuleAddress.numbers(names, in: outline)
    let selection = RuleSelection(isAlone ? numbers : numbers.roots, of: ruleSet, isAlone: isAlone)
    rules = selection.rules
    let all = RuleComments.all(in: outline)
    var comments: [Int: RuleComments] = [:]
    for (index, origin) in selection.indices.enumerated() { comments[index] = all[origin] }
    // An empty line parts a rule from the one above, and above the first there is none.
    comments[0]?.isSeparated = false
    self.comments = comments
  }

  /// How many rules, those below others included.
  public var count: Int { rules.count }

  /// Our short form; ends in a line end. Numbers in the comments are those of the document.
  public var text: String { ByteOutput.text { write(to: $0, isClassic: false) } }

  /// For the classic program.
  public var classicText: String { ByteOutput.text { write(to: $0, isClassic: true) } }

  /// Either of them, piece by piece.
  package func write(to output: ByteOutput, isClassic: Bool) {
    if isClassic { return ClassicForm.write(rules, to: output) }
    output.write("(\n")
    CanonicalRules.write(rules, to: output, depth: 1, comments: comments)
    output.write(")\n")
  }

  /// Names that the classic program does not know.
  public var namesUnknownToClassic: [ClassicForm.UnknownName] { ClassicForm.unknownNames(in: rules) }
}

/// Some rules of a rule set, with the positions of a list of their own.
private struct RuleSelection {
  private(set) var rules: [Rule] = []
  /// Where they are in the rule set.
  private(set) var indices: [Int] = []

  init(_ numbers: [RuleNumber], of ruleSet: RuleSet, isAlone: Bool) {
    let wanted = Set(numbers.map(\.description))
    for (index, rule) in ruleSet.rules.enumerated() where wanted.contains(rule.number) {
      let offset = rules.count - index
      for member in index..<(isAlone ? index + 1 : rule.subtreeEnd) {
        let parent = member == index ? -1 : ruleSet.rules[member].parent + offset
        let end = isAlone ? rules.count + 1 : ruleSet.rules[member].subtreeEnd + offset
        rules.append(ruleSet.rules[member].placed(below: parent, depth: parent < 0 ? 0 : rules[parent].depth + 1, end))
        indices.append(member)
      }
    }
  }
}

extension Rule {
  fileprivate func placed(below parent: Int, depth: Int, _ subtreeEnd: Int) -> Rule {
    var rule = self
    rule.parent = parent
    rule.depth = depth
    rule.subtreeEnd = subtreeEnd
    return rule
  }
}
