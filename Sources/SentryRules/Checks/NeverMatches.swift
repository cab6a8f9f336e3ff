internal import SentryDiagnostics

/// A rule whose test contradicts the rules above it, or asks only for what an earlier rule has ended already.
enum NeverMatchesCheck: Check {
  static let page = FindingPage(
    .neverMatches, .warning, "no packet can ever match this rule",
    meaning: """
      A rule is asked only about packets that all rules above it match, and that no rule before it in its list (or in a \
      list further up) has ended. Here nothing is left: the test contradicts a rule above, an earlier rule with a final \
      action asks for the same or more, or the clock asks, which brings no packet. The rule looks like protection and \
      is none. The search is cautious: a rule is only named if its packets surely cannot come.
      """,
    example: .text(
      """
      ( { enabled = 1; propertyName = Protocol; propertyValue = "1 (ICMP)"; children = (
          { enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Delete; }
      ); } )
      """),
    remedy: """
      Move the rule to where its packets come by: beside the rule above it that excludes it, or before the rule that \
      ends them. If it is a leftover, delete it.
      """)

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    var blame = Blame(document)
    for (index, reach) in document.unreached where document.duplicates[index] == nil {
      guard !findings.isFull(for: .warning) else { return }
      switch reach {
      case .never:
        if let finding = blame.finding(about: index) { findings.add(finding) }
      case .lacksPacket:
        guard let clock = document.clock(above: index) else { continue }
        findings.add(
          .noPacket(document.rules[index], below: document.rules[clock], at: document.placeOfTest(of: index)))
      case .packets, .clock, .afterEnd, .jumpedOver, .belowUnreached: break
      }
    }
  }
}

/// Finds out which other rule is to blame.
private struct Blame {
  private let document: CheckedDocument
  /// Siblings that may still be looked at, over all findings: in a list of many thousands the search is given up some
  /// time, and the message says less.
  private var budget = 200_000

  init(_ document: CheckedDocument) {
    self.document = document
  }

  /// `nil` for `None`, which never matches by intention.
  mutating func finding(about index: Int) -> Diagnostic? {
    let rule = document.rules[index]
    guard rule.property != NoneProperty.self else { return nil }
    let place = document.placeOfTest(of: index)
    let meaning = document.reader.meaning(of: rule)
    if meaning.constant == false {
      return rule.property == AnyProperty.self ? .neverHolds(rule, at: place) : .neverHoldsAtTop(rule, at: place)
    }
    if !document.reader.mayHold(meaning) { return .neverHolds(rule, at: place) }
    if let ancestor = ancestor(excluding: meaning, above: index) {
      return .contradicts(rule, document.rules[ancestor], at: place)
    }
    if let end = end(before: index) { return .endedBefore(rule, by: document.rules[end], at: place) }
    return .leftNothing(rule, at: place)
  }

  /// The nearest rule above that excludes all packets of `meaning` by itself.
  private func ancestor(excluding meaning: Meaning, above index: Int) -> Int? {
    let packets = PacketSet(meaning.necessary)
    return document.ancestors(of: index).first { ancestor in
      let necessary = document.reader.meaning(of: document.rules[ancestor]).necessary
      return !necessary.allSatisfy { packets.mayMeet($0) }
    }
  }

  /// The first rule, of the siblings before this one and before its ancestors, that ends all packets this one could match.
  private mutating func end(before index: Int) -> Int? {
    let path = [index] + document.ancestors(of: index)
    let packets = PacketSet(path.flatMap { document.reader.meaning(of: document.rules[$0]).necessary })
    for below in path {
      for sibling in document.ruleSet.children(of: document.rules[below].parent) {
        guard sibling < below, budget > 0 else { break }
        budget -= 1
        if ends(sibling, packets) { return sibling }
      }
    }
    return nil
  }

  private func ends(_ other: Int, _ packets: PacketSet) -> Bool {
    let rule = document.rules[other]
    guard document.usage[other], rule.action.operation.isTerminating,
      let sufficient = document.reader.meaning(of: rule).sufficient
    else { return false }
    return sufficient.allSatisfy { packets.surelyMeets($0) }
  }
}

extension CheckedDocument {
  /// The nearest first; none above one that the clock asks, which does not care about them.
  func ancestors(of index: Int) -> [Int] {
    var ancestors: [Int] = []
    var index = index
    while !reader.meaning(of: rules[index]).isIdle, rules[index].parent >= 0 {
      index = rules[index].parent
      ancestors.append(index)
    }
    return ancestors
  }

  /// The nearest rule above that the clock asks.
  fileprivate func clock(above index: Int) -> Int? {
    ancestors(of: index).last.flatMap { reader.meaning(of: rules[$0]).isIdle ? $0 : nil }
  }
}
