public import SentryRules

/// What the kernel decides of a document ahead of defragmentation, where fragments can still be seen.
///
/// Only what it decides exactly as the rules would stands here; all else goes on to the queue. Nothing of it is logged.
public struct EarlyChain: Sendable, Equatable {
  /// A rule that cannot be judged everywhere, and why.
  public struct Uncovered: Sendable, Equatable {
    /// Its place in document order.
    public var rule: Int
    public var number: String
    public var reason: String
  }

  /// A rule that the kernel decides and counts.
  public struct Decided: Sendable, Equatable {
    /// Its place in document order.
    public var rule: Int
    public var number: String
  }

  /// The chain's rules, in order, as nftables reads them.
  var rules: [String] = []
  /// In document order.
  public internal(set) var decided: [Decided] = []
  /// In document order.
  public internal(set) var uncovered: [Uncovered] = []

  /// What `ruleSet` leaves to the kernel on these interfaces, all of which are filtered.
  public init(_ ruleSet: RuleSet, interfaces: [InterfaceEntry]) {
    var lowering = EarlyLowering(ruleSet, interfaces: interfaces)
    lowering.run()
    self = lowering.chain
    uncovered = QueueCoverage(ruleSet).gaps(decidedEarly: Set(decided.map(\.rule)), reasons: lowering.reasons)
  }

  init() {}

  /// What a rule's counters carry as their comment: its number. Comments of nftables hold 127 bytes.
  static func comment(_ number: String) -> String { String(number.prefix(120)) }
}
