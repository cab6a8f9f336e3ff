internal import SentryDiagnostics

/// A list of rules as iptables and nftables have them. Rules may lead into other chains and come back.
struct FilterChain {
  enum Action: Equatable {
    case accept, drop
    /// The sender is told.
    case reject
    /// Goes on with the next rule.
    case count
    /// The same, with a log entry that begins so.
    case log(String)
    case jump(String)
    /// As `jump`, but does not come back to this chain.
    case goto(String)
    case leave
    /// Not taken over: it stands in the document, switched off.
    case none
  }

  struct Rule {
    var text: String
    var range: Range<Int>
    var clauses: [Clause] = []
    /// Carried out one after the other.
    var actions: [Action] = []
    /// Of a rule that is not for every packet, but for so many in a time: until all chains are read.
    var limit: Word?

    /// Not taken over, and not to drop packets.
    var mayHaveLetThrough: Bool {
      guard actions == [.none] else { return false }
      let words = text.split(separator: " ")
      return !words.contains { ["DROP", "REJECT", "drop", "reject", "LOG", "log"].contains($0) }
    }
  }

  /// What becomes of packets at the end.
  enum Policy: String { case accept, drop }

  var name: String
  var rules: [Rule] = []
  /// What was found in reading it.
  var findings: [Diagnostic] = []
  var range: Range<Int>
}

extension FilterChain.Action {
  /// The chain that it leads to.
  var target: String? {
    switch self {
    case .jump(let name), .goto(let name): name
    default: nil
    }
  }

  var isLog: Bool {
    if case .log = self { true } else { false }
  }

  /// A packet goes no further in this chain.
  var ends: Bool {
    switch self {
    case .accept, .drop, .reject, .goto, .leave: true
    case .count, .log, .jump, .none: false
    }
  }
}
