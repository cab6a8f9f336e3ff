internal import ArgumentParser
internal import SentryDiagnostics
internal import SentryNetfilter
internal import SentryPacket
internal import SentryRules

/// `sentry compile`: a document as a ruleset of another packet filter.
struct Compile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write what another packet filter can do of a document.",
    discussion: """
      The ruleset goes to standard output: a chain for each rule with rules below it, a counter for each rule. Packets that \
      come to a rule which nftables cannot decide go to its chain 'undecided'; up to there it decides as sentry does. What it \
      cannot do is listed at the top, with the reason; with --strict the exit status is then 1.

        sentry compile Documents/Default.plist --to nft > default.nft
        sentry compile my.plist --to nft --undecided drop | nft -f -
      """)

  @Argument(help: ArgumentHelp("The document, in any form; - reads standard input.", valueName: "doc"))
  var document: String

  enum Target: String, ExpressibleByArgument, CaseIterable {
    case nft
  }

  @Option(help: "What to write it for.")
  var to: Target

  @Option(
    help: "What becomes of packets that cannot be decided: accept or drop.",
    transform: { text in
      guard let policy = CompiledRuleset.UndecidedPolicy(rawValue: text) else {
        throw ValidationError("expected accept or drop, found '\(text)'")
      }
      return policy
    })
  var undecided = CompiledRuleset.UndecidedPolicy.accept

  @Option(help: "How to report: the ruleset alone, or one object with the ruleset and what is missing.")
  var format = ReportFormat.text

  @Flag(help: "End with status 1 if some packets cannot be decided.")
  var strict = false

  func run() throws {
    let (file, ruleSet) = try DocumentFile.load(document)
    let compiled = CompiledRuleset(ruleSet, name: file.name, undecided: undecided)
    switch format {
    case .text: Console.write(compiled.text)
    case .json: Console.writeLine(try jsonText(CompileReport(compiled, file, ruleSet)))
    }
    if strict, compiled.gaps.contains(where: { $0.outcome == .undecided }) { throw CommandFailure(.findings) }
  }
}

/// What `compile --format json` says.
struct CompileReport: Encodable {
  struct Gap: Encodable {
    var number: String
    var name: String
    /// 1-based; null where the document is no text.
    var line: Int?
    var column: Int?
    /// `inbound` or `outbound`; null for both.
    var direction: String?
    /// `undecided` or `leftOut`.
    var outcome: String
    var reason: String
  }

  var file: String
  var table = CompiledRuleset.table
  var ruleset: String
  /// The counter of each rule in the ruleset, by the rule's number.
  var counters: [String: String]
  var gaps: [Gap]

  init(_ compiled: CompiledRuleset, _ document: DocumentFile, _ ruleSet: RuleSet) {
    file = document.name
    ruleset = compiled.text
    counters = Dictionary(
      uniqueKeysWithValues: compiled.counters.map { (ruleSet.rules[$0.key].number, $0.value) })
    gaps = compiled.gaps.map { gap in
      let rule = ruleSet.rules[gap.rule]
      let place = rule.source.map { document.document.source.location(of: $0.opening.lowerBound) }
      return Gap(
        number: gap.number, name: rule.name, line: place?.line, column: place?.column,
        direction: gap.direction.map { $0 == .inbound ? "inbound" : "outbound" }, outcome: gap.outcome.rawValue,
        reason: gap.reason)
    }
  }
}
