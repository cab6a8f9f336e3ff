public import SentryEngine
public import SentryPacket

/// Packets of a minute, or of a part of it, that came to one verdict.
public struct VerdictRow: Sendable, Hashable {
  /// Seconds since 1970 of the minute's beginning.
  public var minute: Int64
  public var verdict: Verdict
  public var packets: UInt64

  public init(minute: Int64, verdict: Verdict, packets: UInt64) {
    self.minute = minute
    self.verdict = verdict
    self.packets = packets
  }
}

/// Counts packets by minute and by verdict, from looks at the engine's totals.
public struct VerdictTally: Sendable {
  private struct Key: Hashable {
    var minute: Int64
    var verdict: Verdict
  }

  /// Minutes that may wait, however long the disk is gone; after that the latest goes on.
  private static let mostMinutes = 26 * 60

  private var before = EngineTotals()
  private var waiting: [Key: UInt64] = [:]
  private var latestMinute: Int64 = 0

  public init() {}

  /// Takes what the engine has counted by now.
  ///
  /// - Parameter seconds: since 1970.
  public mutating func note(_ totals: EngineTotals, seconds: Int64) {
    let minute = seconds - seconds % 60
    let isFull = waiting.count >= Self.mostMinutes * Verdict.allCases.count
    if !isFull || latestMinute == 0 { latestMinute = minute }
    for verdict in Verdict.allCases {
      let packets = totals[verdict] &- before[verdict]
      if packets > 0 { waiting[Key(minute: latestMinute, verdict: verdict), default: 0] &+= packets }
    }
    before = totals
  }

  /// What waits to be written, oldest first.
  public var rows: [VerdictRow] {
    waiting.map { VerdictRow(minute: $0.key.minute, verdict: $0.key.verdict, packets: $0.value) }
      .sorted { ($0.minute, $0.verdict.rawValue) < ($1.minute, $1.verdict.rawValue) }
  }

  public var hasRows: Bool { !waiting.isEmpty }

  /// They are written.
  public mutating func remove(_ rows: [VerdictRow]) {
    for row in rows { waiting[Key(minute: row.minute, verdict: row.verdict)] = nil }
  }
}

extension Verdict {
  /// As column `verdict` of table `verdict` holds it; no number ever comes to mean something else.
  var stored: Int64 {
    switch self {
    case .pass: 0
    case .delete: 1
    case .reject: 2
    case .dropConnection: 3
    case .delay: 4
    case .routeTo: 5
    }
  }

  /// `nil` for a number that this version does not know.
  init?(stored: Int64) {
    guard let verdict = Self.allCases.first(where: { $0.stored == stored }) else { return nil }
    self = verdict
  }
}
