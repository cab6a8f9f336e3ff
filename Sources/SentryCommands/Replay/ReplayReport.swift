internal import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryService
internal import SentryState

/// What a replay found, in the form `replay --format json` prints. The field names are a contract.
struct ReplayReport: Encodable {
  var packets: UInt64
  var bytes: UInt64
  var notIP: UInt64
  /// Packets by verdict.
  var verdicts: [String: UInt64]
  /// In document order, disabled ones included.
  var rules: [RuleReport]
  /// Unexpired entries by table.
  var tables: [String: [TableEntryReport]]
  var connections: Int
  var elapsedSeconds: Double

  /// What rule 0 decided, for people: `2 short TCP header`.
  private var builtIn: [String] = []

  enum CodingKeys: String, CodingKey {
    case packets, bytes, notIP, verdicts, rules, tables, connections, elapsedSeconds
  }

  init(_ outcome: ReplayOutcome, of ruleSet: RuleSet, labels: RuleLabels, elapsed: Duration) {
    let totals = outcome.totals
    packets = totals.packets
    bytes = totals.bytes
    notIP = totals.notIP
    verdicts = Dictionary(uniqueKeysWithValues: Verdict.allCases.map { ($0.name, totals[$0]) })
    rules = zip(ruleSet.rules, outcome.counters).map { rule, counters in
      RuleReport(
        number: rule.number, name: rule.name, enabled: rule.isEnabled, matchCount: counters.matchCount,
        byteCount: counters.byteCount, lastTime: counters.lastTime?.secondsSince1970)
    }
    tables = [:]
    for (table, entries) in zip(AddressTableKind.allCases, outcome.entries) {
      tables[table.name] = entries.map { TableEntryReport($0, labels: labels) }
    }
    connections = outcome.connections
    elapsedSeconds = (elapsed / .microseconds(1)).rounded() / 1e6
    builtIn = BuiltInReason.allCases.compactMap { reason in
      totals[reason] == 0 ? nil : "\(grouped(totals[reason])) \(reason.name)"
    }
  }

  // MARK: For people

  func text(_ ruleSet: RuleSet, _ style: Style) -> String {
    let matches = RuleTreeText.Column(
      title: "matches", values: rules.map { $0.matchCount == 0 ? "" : grouped($0.matchCount) })
    let bytes = RuleTreeText.Column(
      title: "bytes", values: rules.map { $0.byteCount == 0 ? "" : grouped($0.byteCount) })
    var lines = [RuleTreeText.text(of: ruleSet, columns: [matches, bytes])]
    lines.append(style.bold(summary))
    if !builtIn.isEmpty { lines.append("rule 0 (checks before the rules): \(builtIn.joined(separator: ", "))") }
    for table in AddressTableKind.allCases {
      lines += entryLines(of: table, style)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var summary: String {
    let words: [(Verdict, String)] = [
      (.pass, "passed"), (.delete, "deleted"), (.reject, "rejected"), (.dropConnection, "connections dropped"),
      (.delay, "delayed"), (.routeTo, "routed"),
    ]
    let parts = words.compactMap { verdict, word in
      verdicts[verdict.name].flatMap { $0 == 0 ? nil : "\(grouped($0)) \(word)" }
    }
    let other = notIP == 0 ? [] : ["\(grouped(notIP)) not IP"]
    guard packets > 0 else { return "no packets" }
    return counted(packets, "packet") + ": " + (parts + other).joined(separator: ", ")
  }

  private func entryLines(of table: AddressTableKind, _ style: Style) -> [String] {
    guard let entries = tables[table.name], !entries.isEmpty else { return [] }
    let title = table == .trigger ? "triggered" : "table \(table.name)"
    let width = entries.map(\.address.count).max() ?? 0
    let counts = entries.map { counted($0.matchCount, "match", plural: "matches") }
    let countWidth = counts.map(\.count).max() ?? 0
    return ["", style.bold("\(title): \(counted(entries.count, "address", plural: "addresses"))")]
      + zip(entries, counts).map { entry, count in
        "  \(entry.address.padded(to: width))  \(count.aligned(to: countWidth))  by \(entry.triggeredBy)"
      }
  }
}
