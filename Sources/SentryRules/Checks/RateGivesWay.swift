internal import SentryDiagnostics

/// A last rate that the rates before it can use up.
enum RateGivesWayCheck: Check {
  static let page = FindingPage(
    .rateGivesWay, .warning, "a last rate that other rules can use up",
    meaning: """
      Of all rules that limit the rate of one direction, the last one in the document gets what the others leave: it is \
      meant for everything else on the line. The rules before it allow as much as this one or more, so while they are \
      busy it gets next to nothing.
      """,
    example: .text(
      """
      ( { enabled = 1; propertyName = "Source port"; propertyValue = 80; filterActionName = "Rate limit in"; parameter = 2M; },
        { enabled = 1; propertyName = "Source port"; propertyValue = 21; filterActionName = "Rate limit in"; parameter = 2M; } )
      """),
    remedy: "Give the last rule the rate of the whole line: more than all rules before it together.")

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    let inbound = caught(document, limitedBy: [.rateLimitIn, .rateLimit])
    let outbound = caught(document, limitedBy: [.rateLimitOut, .rateLimit])
    for last in Set([inbound, outbound].compactMap(\.self)).sorted(by: { $0.rule < $1.rule }) {
      guard !findings.isFull(for: .warning) else { return }
      findings.add(.rateGivesWay(last.rate, to: last.others, at: document.place(of: last.rule)))
    }
  }

  /// Rates are bits a second.
  private struct Last: Hashable {
    var rule: Int
    var rate: UInt64
    /// What all rules before it allow.
    var others: UInt64
  }

  /// The last rule that limits a direction, if those before it can use up its rate.
  private static func caught(_ document: CheckedDocument, limitedBy actions: Set<Operation>) -> Last? {
    var others: UInt64 = 0
    var last: (rule: Int, rate: UInt64)?
    for (index, rule) in document.rules.enumerated() where document.usage[index] {
      guard actions.contains(rule.action.operation), case .rate(let rate) = rule.argument else { continue }
      others += last?.rate ?? 0
      last = (index, rate)
    }
    guard let last, others >= last.rate else { return nil }
    return Last(rule: last.rule, rate: last.rate, others: others)
  }
}
