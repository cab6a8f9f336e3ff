public import SentryPacket
public import SentryRules
public import SentryState

/// What becomes of one packet, and why: every rule that is met on its way, what the rule saw, and what changes.
///
/// Rules are named by their place in document order, counting from 0, disabled rules included.
public struct Explanation: Sendable {
  /// The moment it is judged at: the packet's time, or the engine's if that is later.
  public var time: Timestamp
  /// The decoded headers. A later fragment has the ports of its first, if that was seen.
  public var packet: PacketFields
  /// `nil` for one the engine was not told of.
  public var interface: EngineInterface?
  public var direction: Direction
  public var directionReason: DirectionReason
  /// What was known of its flow before it.
  public var connection: ConnectionEntry?
  public var scope = Scope.rules
  /// In the order they were met.
  public var visits: [Visit] = []
  public var changes: [Change] = []
  /// In the order they are written.
  public var events: [EngineEvent] = []
  /// What `Engine.judge` says of the same packet.
  public var judgement: Judgement
}

extension Explanation {
  /// Why the packet goes the way it does.
  public enum DirectionReason: Sendable, Equatable {
    case sourceIsLocal
    case sourceIsNotLocal
    case loopback
    /// The source address was not captured.
    case noSource
  }

  /// How far the packet comes.
  public enum Scope: Sendable, Equatable {
    /// The rules are asked.
    case rules
    /// The frame carries no IP.
    case notIP
    /// The firewall is off.
    case switchedOff
    /// A check before the rules decides.
    case decidedBefore(BuiltInReason)
    /// The interface has no filters.
    case unfiltered
  }

  /// One rule that was met.
  public struct Visit: Sendable, Equatable {
    public var rule: Int
    public var outcome: Outcome
    public var seen = SeenValue.nothing
    /// What the action does, in order; empty where it did not match.
    public var effects: [Effect] = []

    public init(rule: Int, outcome: Outcome) {
      self.rule = rule
      self.outcome = outcome
    }
  }

  public enum Outcome: Sendable, Equatable {
    case matched
    /// The rules below it are not asked either.
    case notMatched
    /// Not asked, nor those below it: it is off.
    case off
    /// Not asked, nor those below it: a `++` steps over it.
    case skipped(by: Int)
  }

  /// What a rule's property found in the packet, or instead of it.
  public enum SeenValue: Sendable, Equatable {
    /// In the words of the document: `23`, `203.0.113.9`, `syn,ack`.
    case value(String)
    /// A moment, to be written in local time.
    case moment(Timestamp)
    /// The packet has no such value, and why: `not TCP or UDP`.
    case absent(String)
    /// The property asks nothing of the packet.
    case nothing
  }

  /// What a matching rule does besides counting.
  public indirect enum Effect: Sendable, Equatable {
    /// `++` steps over this rule; `nil` if none follows.
    case skips(Int?)
    /// `Exit group` goes on behind this rule's subtree; `nil` if no `Group` is above.
    case leaves(group: Int?)
    case decides(Verdict)
    /// An outbound packet is not held.
    case passesOutbound
    /// There is no room for one more delayed packet.
    case delayTableFull
    /// The packet is not let through after all: a rule has dropped its connection before.
    case isRefused
    /// A rule has decided already; this one ends the rules below that.
    case isIgnored(decider: Int)
    case keepsAddress(AddressTableKind, KeepOutcome)
    /// The source does not enter table trigger, because an entry for it would stand for these addresses, which are protected.
    case sparesProtected(AddressRange)
    /// The source does not enter table trigger, for it has not shown yet what `settings.triggerProof` asks for.
    case awaitsProof(TriggerProof)
    /// The source does not enter table trigger, for so many others have done so in this minute.
    case exceedsLimit(Int)
    /// The rule is only observed: what it would do.
    case observed(Effect)
    /// What is only observed ends here: as if it had not matched, the packet goes on behind it.
    case endsObservation
    /// The packet has no source address that could be kept.
    case keepsNothing
    /// `Reset parent`; `nil` at the top level.
    case resetsCount(of: Int?)
    case resetsEntry(AddressTableKind)
    /// It writes a log entry, or tells somebody.
    case reports(EngineEvent.Kind, isLogged: Bool)
    /// `Dont log` has kept an entry out of the log.
    case isSilenced
    /// No more log entries for this packet.
    case silencesLog
    /// The flow's rate is bound to this rule.
    case limitsRate(RateDirections)
    /// Rates hold for flows only.
    case limitsNothing
  }

  /// Something that is different after the packet.
  public enum Change: Sendable, Equatable {
    case counters(rule: Int, before: RuleCounters, after: RuleCounters)
    case address(AddressTableKind, before: AddressEntry?, after: AddressEntry)
    /// What does not happen: the source would have entered table trigger, were these addresses not protected.
    case preventedTrigger(source: IPAddress, protected: AddressRange)
    /// The same, for another reason than protection.
    case withheldTrigger(source: IPAddress, TriggerObstacle)
    case connection(before: ConnectionEntry?, after: ConnectionEntry)
    /// The packet counts for its source, because a rule asks for rates.
    case source(before: SourceRateEntry?, after: SourceRateEntry)
    /// The ports are kept for the packet's later fragments.
    case fragment(FragmentEntry)
    /// Packets that are held, this one included.
    case delayed(count: Int)
    /// An entry that has not expired makes way: its table is full.
    case evicted(Evicted)
  }

  /// What makes way in a full table.
  public enum Evicted: Sendable, Equatable {
    case address(AddressTableKind, AddressEntry)
    case connection(ConnectionEntry)
    case source(SourceRateEntry)
    case fragment(FragmentEntry)
  }
}
