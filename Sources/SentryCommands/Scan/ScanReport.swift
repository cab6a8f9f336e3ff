internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

/// What a scan of one address has found, held against the rules.
struct ScanReport: Encodable {
  struct Line: Encodable, Equatable {
    var transport: String
    var port: UInt16
    /// A socket of this host takes what comes there.
    var listening: Bool
    /// What the rules say of it, and which of them; `nil` for the end of the rules.
    var verdict: String
    var rule: String?
    var found: ScanProbe.Finding
    /// What was found may come of that.
    var agrees: Bool

    init(_ port: ScanPorts.Port, listening: Bool, verdict: String, rule: String?, found: ScanProbe.Finding) {
      (transport, self.port) = (port.transport, port.number)
      (self.listening, self.verdict, self.rule, self.found) = (listening, verdict, rule, found)
      agrees = Self.possible(port.transport, verdict, listening).contains(found)
    }

    /// A silent port that the rules let through may be one that stealth keeps quiet about, unless somebody listens there.
    private static func possible(_ transport: String, _ verdict: String, _ listening: Bool) -> Set<ScanProbe.Finding> {
      switch verdict {
      case "reject": [.closed]
      case "pass", "delay", "routeTo":
        if transport == "udp" {
          listening ? [.silent] : [.closed, .silent]
        } else {
          listening ? [.open] : [.closed, .silent]
        }
      default: [.silent]
      }
    }

    var explanation: String {
      let who = rule.map { "\(verdict) by \($0)" } ?? verdict
      guard !agrees else { return who }
      switch found {
      case .failed: return "\(who); the probe did not work"
      case .open: return "\(who): but it is reached"
      case .closed: return "\(who): but it is refused"
      case .silent: return "\(who): but nobody answers"
      }
    }
  }

  var address: String
  /// Where the probes came from.
  var source: String
  /// Verdicts are carried out.
  var enforced: Bool
  var ports: [Line]
  var differences: Int

  init(address: String, source: String, enforced: Bool, ports: [Line]) {
    self.address = address
    self.source = source
    self.enforced = enforced
    self.ports = ports
    differences = ports.count { !$0.agrees }
  }

  /// What is open or differs, one below the other; the rest in a line.
  func lines(style: Style) -> [String] {
    var table = TextTable(("port", .left), ("found", .left), ("the rules", .left))
    let told = ports.filter { !$0.agrees || $0.found == .open || $0.listening }
    for line in told {
      let text = line.explanation
      table.add("\(line.port)/\(line.transport)", line.found.rawValue, line.agrees ? text : style.red(text))
    }
    let rest = ports.count - told.count
    let others = rest > 0 ? ["\(counted(rest, "other port")): nobody listens there, and what was found agrees"] : []
    return ["\(address) from \(source):"] + (told.isEmpty ? [] : table.lines(style: style)) + others + [summary]
  }

  private var summary: String {
    if !enforced { return "sentry only watches: its rules keep nobody out" }
    return differences == 0
      ? "what was found is what the rules say"
      : "\(counted(differences, "difference")) between what was found and the rules"
  }
}
