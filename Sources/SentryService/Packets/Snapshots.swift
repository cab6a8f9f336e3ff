internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryState

// What requests copy out of the packet thread.

struct WorkerSnapshot: Sendable {
  var isOn: Bool
  var totals: EngineTotals
  var interfaces: [InterfaceSnapshot]
  /// Oldest first; the last is in force.
  var generations: [GenerationCount]
  var tables: [TableSnapshot]
  var lostEvents: UInt64
  /// In queue mode only.
  var queue: QueueSnapshot?
  /// In bridge mode only.
  var bridge: BridgeSnapshot?
  /// While rules ask for the processes behind packets.
  var owners: OwnerSnapshot?
  /// Where verdicts are carried out.
  var rates: [RuleRate]?
  /// While helpers are switched on.
  var helpers: HelperReport?
  /// The rule that was the last to keep a flow from staying in the kernel.
  var wantsFlows: String?
}

/// What metrics tell besides the status.
struct MeasureSnapshot: Sendable {
  var totals: EngineTotals
  var generation: UInt32
  /// Of all rules, in document order.
  var counters: [RuleCounters]
  var tables: [FillSnapshot]
  var times: EvaluationTimes
}

/// How full a table is.
struct FillSnapshot: Sendable {
  var name: String
  /// Entries, expired ones that no sweep has removed yet included.
  var count: Int
  var capacity: Int
  /// Unexpired entries that had to make way since the start.
  var evictions: UInt64
}

/// How a rule's limit is doing.
struct RuleRate: Sendable {
  var number: String
  var name: String
  var rate: RateSnapshot
}

struct InterfaceSnapshot: Sendable {
  var settings: EngineInterface
  var counts: InterfaceCounts
  var statistics: CaptureStatistics
  /// Why nothing is captured there; `nil` while something is.
  var problem: String?
}

/// What one set of rules has judged, on all interfaces.
struct GenerationCount: Sendable {
  var generation: UInt32
  var judged: UInt64
}

struct TableSnapshot: Sendable {
  var name: String
  var count: Int
  /// Entries made or refreshed in the last full second.
  var changesPerSecond: UInt64
}

/// What new rules have replaced.
struct Replacement: Sendable {
  /// Travels out of the packet thread to be let go elsewhere.
  var rules: LoadedRules
  var judged: UInt64
  /// As they were before the replacement.
  var interfaces: [InterfaceSnapshot]
  /// The entries that left table trigger.
  var spared: [AddressRange]
  /// The entries that have to make way because tables get smaller.
  var makingWay: [TableExcess]
  /// What all rules had counted that were replaced; empty where none of them is measured.
  var replacedCounters: [RuleCounters]
  /// What the new ones begin with; empty where none of them is measured.
  var counters: [RuleCounters]
}

/// What is known of why an address is in table trigger.
struct EvidenceSnapshot: Sendable {
  /// What packets were kept for.
  var range: AddressRange
  /// `nil` if it is there no more.
  var entry: AddressEntry?
  var packets: [EvidencePacket]
}
