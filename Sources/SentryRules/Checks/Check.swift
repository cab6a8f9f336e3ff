// A check is one file in this folder: what the guide says of its finding, and how it looks for it. Checks only see
// documents that were read without an error.

public import SentryDiagnostics
internal import SentryPropertyList

/// Looks for one kind of mistake in a document that can run.
protocol Check: SendableMetatype {
  static var page: FindingPage { get }
  static func look(at document: CheckedDocument, into findings: inout Findings)
}

/// All checks, in the order of the guide.
let allChecks: [any Check.Type] = [
  NeverMatchesCheck.self,
  AlwaysMatchesCheck.self,
  PastDateCheck.self,
  UnreachableRulesCheck.self,
  DuplicateRuleCheck.self,
  NoEffectCheck.self,
  RateGivesWayCheck.self,
  DisabledParentCheck.self,
  CutsOffSSHCheck.self,
  TriggerCatchesOwnAddressCheck.self,
  TriggerCatchesServerCheck.self,
  TriggerLacksProofCheck.self,
  LongInterfaceNameCheck.self,
  LongTextCheck.self,
  ClassicDiffersCheck.self,
]

extension RuleDocument {
  /// Everything that can be found out about the document, in the order of its places: `diagnostics`, and, if it has no
  /// errors, what the checks find. They never find errors.
  ///
  /// - Parameter host: The machine to compare the document with; without one, the document alone is looked at.
  public func findings(on host: HostFacts? = nil) -> [Diagnostic] {
    guard let ruleSet else { return diagnostics }
    var findings = Findings(diagnostics)
    let document = CheckedDocument(ruleSet, in: source, host: host)
    for check in allChecks { check.look(at: document, into: &findings) }
    return findings.inOrder
  }
}

/// A document as the checks see it.
struct CheckedDocument {
  let ruleSet: RuleSet
  /// Where the places of the rules are.
  private let source: SourceText
  let host: HostFacts?
  /// For each rule, whether it and all its ancestors are enabled.
  let usage: [Bool]
  /// What of it is only observed.
  let observation: [Observation]
  let reader: TestReader
  /// Rules in use that repeat an earlier sibling, with that sibling.
  let duplicates: [Int: Int]
  /// Rules in use that neither packets nor the clock reach as they should.
  let unreached: [(rule: Int, reach: ReachAnalysis.Reach)]
  /// The packets that may match each Trigger.
  let triggers: [(rule: Int, packets: PacketSet)]

  init(_ ruleSet: RuleSet, in source: SourceText, host: HostFacts?) {
    self.ruleSet = ruleSet
    self.source = source
    self.host = host
    usage = ruleSet.usage
    reader = TestReader(ruleSet)
    duplicates = DuplicateRuleCheck.duplicates(in: ruleSet, usage: usage)
    var unreached: [(rule: Int, reach: ReachAnalysis.Reach)] = []
    var triggers: [(rule: Int, packets: PacketSet)] = []
    let observation = ruleSet.observation
    self.observation = observation
    var analysis = ReachAnalysis(ruleSet, usage: usage, reader: reader)
    _ = analysis.run { index, reach, packets in
      switch reach {
      case .packets where ruleSet.rules[index].action.operation == .trigger && observation[index] == .none:
        triggers.append((index, packets()))
      case .packets, .clock, .belowUnreached: break
      case .afterEnd, .jumpedOver, .never, .lacksPacket: unreached.append((index, reach))
      }
    }
    self.unreached = unreached
    self.triggers = triggers
  }

  var rules: [Rule] { ruleSet.rules }

  /// For findings about the rule as a whole: its opening brace or tag, in a binary document its path.
  func place(of index: Int) -> Diagnostic.Place {
    let rule = rules[index]
    if let source = rule.source { return Diagnostic.Place(range: source.opening) }
    return Diagnostic.Place(path: path(toRule: rule.number))
  }

  /// For findings about what the rule asks for: its value, its property if it has none; else the place of the rule.
  func placeOfTest(of index: Int) -> Diagnostic.Place {
    let rule = rules[index]
    guard let opening = rule.source?.opening else {
      let path = path(toRule: rule.number)
      return Diagnostic.Place(path: rule.value.isEmpty ? path : "\(path).\(RuleKey.propertyValue.rawValue)")
    }
    let keys: [RuleKey] = rule.value.isEmpty ? [.propertyName, .property] : [.propertyValue]
    let ranges = keys.lazy.compactMap { source.range(ofValueFor: $0.rawValue, inDictionaryAt: opening.lowerBound) }
    return ranges.first.map { Diagnostic.Place(range: $0) } ?? place(of: index)
  }

  /// `rules[1].children[0]` for `2.1`.
  private func path(toRule number: String) -> String {
    let positions = number.split(separator: ".").map { (Int($0) ?? 1) - 1 }
    if ruleSet.listPath == "root" {
      let steps = positions.dropFirst().map { "children[\($0)]" }
      return steps.isEmpty ? "root" : steps.joined(separator: ".")
    }
    return positions.enumerated().map { depth, position in
      depth == 0 ? "\(ruleSet.listPath)[\(position)]" : "children[\(position)]"
    }.joined(separator: ".")
  }

  /// The rules' reach for packets that satisfy all `constraints`: see `ReachAnalysis.run`.
  func reach(with constraints: [Constraint], visit: (Int, ReachAnalysis.Reach) -> Void) -> Int? {
    var analysis = ReachAnalysis(ruleSet, usage: usage, reader: reader)
    return analysis.run(with: PacketSet(constraints)) { index, reach, _ in visit(index, reach) }
  }
}
