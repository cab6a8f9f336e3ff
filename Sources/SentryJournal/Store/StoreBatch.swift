public import SentryEngine
public import SentryPacket
public import SentryState

/// What one transaction writes.
public struct StoreBatch: Sendable {
  /// Events that belong in the log.
  public var events: [EngineEvent] = []
  /// What the daemon has said itself.
  public var messages: [StoredMessage] = []
  public var tables: [TableCopy] = []
  public var counters: CounterCopy?
  public var documents: [StoredDocument] = []
  /// Added to what was written before.
  public var traffic: [TrafficRow] = []
  /// Added to what was written before.
  public var bandwidth: [BandwidthRow] = []
  /// Added to what was written before.
  public var verdicts: [VerdictRow] = []
  public var connections: [EndedConnection] = []

  public init() {}

  public var isEmpty: Bool {
    events.isEmpty && messages.isEmpty && tables.isEmpty && counters == nil && documents.isEmpty && traffic.isEmpty
      && bandwidth.isEmpty && verdicts.isEmpty && connections.isEmpty
  }
}

/// A message of the daemon's own.
public struct StoredMessage: Sendable, Equatable {
  public var time: Timestamp
  public var text: String
  /// The label of the rule that it is about; `nil` where it is about none.
  public var rule: UInt32?

  public init(time: Timestamp, text: String, rule: UInt32? = nil) {
    self.time = time
    self.text = text
    self.rule = rule
  }
}

/// What has changed in one address table, or all of it.
public struct TableCopy: Sendable {
  public var kind: AddressTableKind
  /// Nothing of what was saved before holds any more.
  public var isEverything: Bool
  public var entries: [PlacedEntry]

  public init(kind: AddressTableKind, isEverything: Bool, entries: [PlacedEntry]) {
    self.kind = kind
    self.isEverything = isEverything
    self.entries = entries
  }
}

/// What rules have counted, by their places in the document in force.
public struct CounterCopy: Sendable {
  /// Nothing of what was saved before holds any more: it was counted by other rules.
  public var isEverything: Bool
  public var counters: [(place: Int, counters: RuleCounters)]

  public init(isEverything: Bool, counters: [(place: Int, counters: RuleCounters)]) {
    self.isEverything = isEverything
    self.counters = counters
  }
}

/// A document that was put in force.
public struct StoredDocument: Sendable, Equatable {
  /// Seconds since 1970.
  public var time: Double
  /// Who did it, as the system calls the user.
  public var user: String
  /// As the sender called it, usually a path.
  public var name: String
  /// What was done to the document before, where this is that document edited while in force.
  public var change: String?
  /// Somebody has asked for this document, so that the next start without one takes it. It was not just what lay where a start
  /// looks for one.
  public var isChosen: Bool
  public var text: String

  public init(time: Double, user: String, name: String, change: String? = nil, isChosen: Bool, text: String) {
    self.time = time
    self.user = user
    self.name = name
    self.change = change
    self.isChosen = isChosen
    self.text = text
  }

  /// Whether it was applied once more as it was, and nothing is gained by keeping it beside the other.
  public func repeats(_ other: StoredDocument) -> Bool {
    change == nil && isChosen == other.isChosen && name == other.name && text == other.text
  }
}

/// What the numbers in events and entries mean.
public struct EventWords: Sendable {
  public var labels: RuleLabels
  /// The system's names, in the engine's order.
  public var interfaces: [String]
  /// No verdict is carried out.
  public var isDryRun: Bool

  public init(labels: RuleLabels, interfaces: [String], isDryRun: Bool) {
    self.labels = labels
    self.interfaces = interfaces
    self.isDryRun = isDryRun
  }
}

/// How much of the log is kept.
public struct Retention: Sendable, Equatable {
  /// Events older than so many seconds go.
  public var seconds: Int64
  /// The oldest events go while the database holds more than so many bytes.
  public var bytes: Int64

  /// - Parameters: 30 days and 512 MiB unless told otherwise.
  public init(seconds: Int64 = 30 * 86_400, bytes: Int64 = 512 << 20) {
    self.seconds = seconds
    self.bytes = bytes
  }
}
