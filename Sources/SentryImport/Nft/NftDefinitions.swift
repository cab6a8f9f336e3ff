internal import SentryDiagnostics

/// What a ruleset in a file calls by names: `define OPEN = { 80, 443 }`, and `$OPEN` where that is meant.
struct NftDefinitions {
  /// Definitions of definitions make much of little.
  private static let mostTokens = 1 << 16
  private static let mostAdded = 1 << 20

  private var values: [String: [NftTokens.Token]] = [:]
  private var addedCount = 0
  private(set) var findings: [Diagnostic] = []

  /// The same without definitions, and with what they stand for in their places. What is not defined stays.
  mutating func expanded(_ tokens: [NftTokens.Token]) -> [NftTokens.Token] {
    var all: [NftTokens.Token] = []
    var place = 0
    while place < tokens.count {
      if let end = define(at: place, tokens, isFirst: all.last.map(\.endsStatement) ?? true) {
        place = end
      } else {
        append(tokens[place], to: &all)
        place += 1
      }
    }
    return all
  }

  /// - Returns: where the definition ends; `nil` if there is none.
  private mutating func define(at start: Int, _ tokens: [NftTokens.Token], isFirst: Bool) -> Int? {
    guard isFirst, start + 3 < tokens.count, ["define", "redefine"].contains(tokens[start].text),
      tokens[start + 2].text == "="
    else { return nil }
    var depth = 0
    var value: [NftTokens.Token] = []
    var place = start + 3
    while place < tokens.count, depth > 0 || !tokens[place].endsStatement {
      if tokens[place].isMark("{") { depth += 1 }
      if tokens[place].isMark("}") { depth -= 1 }
      append(tokens[place], to: &value)
      place += 1
    }
    if value.count <= Self.mostTokens {
      values[tokens[start + 1].text] = value
    } else {
      findings.append(.tooEntangled(at: tokens[start].word.range))
    }
    return place
  }

  private mutating func append(_ token: NftTokens.Token, to all: inout [NftTokens.Token]) {
    guard token.text.hasPrefix("$"), !token.isQuoted, var value = values[String(token.text.dropFirst())] else {
      return all.append(token)
    }
    guard addedCount + value.count <= Self.mostAdded else { return all.append(token) }
    addedCount += value.count
    // Lists within lists are one.
    let isInList = all.last { !$0.endsStatement }.map { $0.isMark("{") || $0.isMark(",") } ?? false
    if isInList, value.first?.isMark("{") == true { value = Array(value.dropFirst().dropLast()) }
    for part in value {
      all.append(NftTokens.Token(word: Word(text: part.text, range: token.word.range), isQuoted: part.isQuoted))
    }
  }
}

extension NftTokens.Token {
  fileprivate func isMark(_ mark: String) -> Bool { text == mark && !isQuoted }

  fileprivate var endsStatement: Bool { isMark(";") }
}
