internal import SentryDiagnostics
internal import SentryEngine
internal import SentryRules
internal import SentryService

/// Makes a row of each visited rule, and one row of neighbours that did not match.
struct RuleRuns {
  private static let longestList = 40

  private let explained: ExplainedPacket
  private let words: ExplanationWords

  init(_ explained: ExplainedPacket, _ words: ExplanationWords) {
    self.explained = explained
    self.words = words
  }

  // MARK: One rule

  func row(_ visit: Explanation.Visit) -> ExplainedRules.Row {
    let rule = explained.rule(visit.rule)
    switch visit.outcome {
    case .matched:
      var row = row(visit, .matched, test: test(of: rule))
      if !rule.name.isEmpty { row.label = "\"\(rule.name.visible)\"" }
      row.notes = notes(visit, rule)
      return row
    case .notMatched:
      var row = row(visit, .notMatched, test: test(of: rule))
      let hidden = rule.subtreeEnd - visit.rule - 1
      if hidden > 0 { row.label = "(\(grouped(hidden)) below)" }
      return row
    case .off:
      var row = row(visit, .notAsked, test: test(of: rule))
      row.seen = "off"
      return row
    case .skipped(let skipper):
      var row = row(visit, .notAsked, test: test(of: rule))
      row.seen = "skipped by \(words.number(skipper))"
      return row
    }
  }

  private func row(
    _ visit: Explanation.Visit, _ mark: ExplainedRules.Row.Mark, test: String
  ) -> ExplainedRules.Row {
    let rule = explained.rule(visit.rule)
    return ExplainedRules.Row(
      mark: mark, number: rule.number, depth: rule.depth, test: test, seen: words.seenText(visit.seen).visible)
  }

  /// The action and what it did; that `->` goes on goes without saying.
  private func notes(_ visit: Explanation.Visit, _ rule: Rule) -> [String] {
    let effects = words.effects(of: visit).joined(separator: "; ")
    if rule.action.operation == .next { return [] }
    return [effects.isEmpty ? rule.action.name : "\(rule.action.name): \(effects)"]
  }

  private func test(of rule: Rule) -> String {
    guard rule.property.needsValue else {
      return rule.relation == .equal ? rule.property.name : "\(rule.property.name) \(rule.relation.name)"
    }
    return "\(rule.property.name) \(rule.relation.name) \(rule.value.visible)"
  }

  // MARK: Neighbours

  func rows(_ visits: [Explanation.Visit], longestRun: Int) -> [ExplainedRules.Row] {
    var rows: [ExplainedRules.Row] = []
    for neighbours in visits.split(by: { !areNeighbours($0, $1) }) {
      let alike = neighbours.split(by: { !asksTheSame($0, $1) })
      if alike.count > longestRun {
        rows.append(mixedRow(neighbours))
      } else {
        rows += alike.map { $0.count == 1 ? row($0[$0.startIndex]) : sharedRow($0) }
      }
    }
    return rows
  }

  /// One below the other in the same list, and neither did anything.
  private func areNeighbours(_ a: Explanation.Visit, _ b: Explanation.Visit) -> Bool {
    a.outcome == b.outcome && (a.outcome == .notMatched || a.outcome == .off)
      && explained.rule(a.rule).parent == explained.rule(b.rule).parent
  }

  private func asksTheSame(_ a: Explanation.Visit, _ b: Explanation.Visit) -> Bool {
    let (first, second) = (explained.rule(a.rule), explained.rule(b.rule))
    if a.outcome == .off { return b.outcome == .off }
    return first.property == second.property && first.relation == second.relation && a.seen == b.seen
      && first.property.needsValue
  }

  /// `2.1.2-4  Dest port == 0-5, 111, 2049  23`.
  private func sharedRow(_ visits: ArraySlice<Explanation.Visit>) -> ExplainedRules.Row {
    guard let first = visits.first else { return mixedRow(visits) }
    let rule = explained.rule(first.rule)
    guard first.outcome == .notMatched else { return offRow(visits) }
    let values = Self.distinct(visits.map { Self.plainValue(explained.rule($0.rule).value) })
    return ExplainedRules.Row(
      mark: .notMatched, number: numbers(visits), depth: rule.depth,
      test: "\(rule.property.name) \(rule.relation.name) \(Self.list(values))",
      seen: words.seenText(first.seen).visible)
  }

  /// `3.1-20  20 rules: Dest port, Source net`.
  private func mixedRow(_ visits: ArraySlice<Explanation.Visit>) -> ExplainedRules.Row {
    let properties = Self.distinct(visits.map { explained.rule($0.rule).property.name })
    let depth = visits.first.map { explained.rule($0.rule).depth } ?? 0
    return ExplainedRules.Row(
      mark: .notMatched, number: numbers(visits), depth: depth,
      test: "\(counted(visits.count, "rule")) \(visits.count == 1 ? "does" : "do") not match: \(Self.list(properties))")
  }

  private func offRow(_ visits: ArraySlice<Explanation.Visit>) -> ExplainedRules.Row {
    let depth = visits.first.map { explained.rule($0.rule).depth } ?? 0
    let names = visits.map { explained.rule($0.rule).name.visible }.filter { !$0.isEmpty }
    return ExplainedRules.Row(
      mark: .notAsked, number: numbers(visits), depth: depth,
      test: names.isEmpty ? counted(visits.count, "rule") : Self.list(names), seen: "off")
  }

  /// `2.1.2-4`.
  private func numbers(_ visits: ArraySlice<Explanation.Visit>) -> String {
    guard let first = visits.first, let last = visits.last else { return "" }
    let end = words.number(last.rule).split(separator: ".").last ?? ""
    return visits.count == 1 ? words.number(first.rule) : "\(words.number(first.rule))-\(end)"
  }

  /// Without a remark in parentheses.
  private static func plainValue(_ value: String) -> String {
    let plain = value.visible.prefix { $0 != "(" }
    return plain.allSatisfy(\.isWhitespace) ? value.visible : plain.split(separator: " ").joined(separator: " ")
  }

  private static func distinct(_ items: [String]) -> [String] {
    var known: Set<String> = []
    return items.filter { known.insert($0).inserted }
  }

  /// As many as fit: `0-5, 111, … 98 more`.
  private static func list(_ items: [String]) -> String {
    var shown = ""
    for (index, item) in items.enumerated() {
      let next = shown.isEmpty ? item : "\(shown), \(item)"
      if next.count > longestList, !shown.isEmpty { return "\(shown), … \(grouped(items.count - index)) more" }
      shown = next
    }
    return shown
  }
}

extension Collection {
  /// Slices that end where `isBorder` says so of two neighbours.
  fileprivate func split(by isBorder: (Element, Element) -> Bool) -> [SubSequence] {
    var slices: [SubSequence] = []
    var start = startIndex
    var current = startIndex
    while current != endIndex {
      let next = index(after: current)
      if next == endIndex || isBorder(self[current], self[next]) {
        slices.append(self[start..<next])
        start = next
      }
      current = next
    }
    return slices
  }
}
