public import SentryEngine
public import SentryPacket

/// How much one rule may log, so that a flood neither fills a disk nor drives everything else out of the log.
///
/// A rule may write so many entries a second in the long run, and five seconds' worth of them at once after it was silent. The checks
/// before the rules count apart, each for itself.
public struct LogLimit: Sendable, Equatable {
  /// Entries a second and rule, from 1; `nil`: as many as there are.
  public var entriesPerSecond: UInt32?

  public init(entriesPerSecond: UInt32?) { self.entriesPerSecond = entriesPerSecond }

  /// As many as the log on disk keeps up with.
  public static let usual = LogLimit(entriesPerSecond: 20_000)

  /// For places that nobody keeps from growing: files that are not rotated, the system's logs.
  public static let usualOutside = LogLimit(entriesPerSecond: 100)

  static let burstSeconds: Int64 = 5
}

/// Decides which entries are written, by the time of their packets, and counts the others.
public struct LogLimiter: Sendable {
  /// What a rule has not written.
  public struct Suppression: Sendable, Equatable {
    /// The rule, as `RuleLabels` numbers it.
    public var label: UInt32
    /// Set for the checks before the rules.
    public var reason: BuiltInReason?
    public var entries: UInt64
    /// From the first of them to the report; at least 1.
    public var seconds: Int64
  }

  private struct Source: Hashable {
    let label: UInt32
    let reason: BuiltInReason?
  }

  /// What is known of a rule that logs.
  private struct Account {
    var bucket = LeakyBucket()
    var suppressed: UInt64 = 0
    /// Of the first suppressed entry since the last report.
    var since = Timestamp(nanoseconds: 0)

    mutating func admits(at time: Timestamp, cost: Int64) -> Bool {
      guard !bucket.admits(at: time, cost: cost, burst: LogLimiter.burst) else { return true }
      if suppressed == 0 { since = time }
      suppressed &+= 1
      return false
    }
  }

  /// Seconds between two reports about a rule.
  private static let reportInterval: Int64 = 10
  /// Nanoseconds that a rule may be ahead of the clock.
  private static let burst = LogLimit.burstSeconds * Timestamp.nanosecondsPerSecond

  private var accounts: [Source: Account] = [:]
  /// Nanoseconds that an entry costs; `nil` without a limit.
  private let cost: Int64?

  /// Entries that were not written, ever.
  public private(set) var suppressed: UInt64 = 0

  public init(_ limit: LogLimit) {
    cost = limit.entriesPerSecond.map { Timestamp.nanosecondsPerSecond / Int64(max($0, 1)) }
  }

  /// The events whose entries are written.
  public mutating func admitted(_ events: [EngineEvent]) -> [EngineEvent] {
    guard let cost else { return events }
    return events.filter { event in
      let source = Source(label: event.label, reason: event.reason)
      let isAdmitted = accounts[source, default: Account()].admits(at: event.time, cost: cost)
      if !isAdmitted { suppressed &+= 1 }
      return isAdmitted
    }
  }

  /// What is to be said now: of each rule that had entries suppressed, once in ten seconds.
  ///
  /// - Parameter isLast: all that was not said yet.
  public mutating func takeReports(now: Timestamp, isLast: Bool = false) -> [Suppression] {
    // Of a rule that was silent for long there is nothing to know.
    accounts = accounts.filter { $1.suppressed > 0 || $1.bucket.isBusy(at: now) }
    var reports: [Suppression] = []
    for (source, account) in accounts where account.suppressed > 0 {
      let seconds = now.seconds - account.since.seconds
      guard isLast || seconds >= Self.reportInterval || seconds < 0 else { continue }
      reports.append(
        Suppression(label: source.label, reason: source.reason, entries: account.suppressed, seconds: max(1, seconds)))
      accounts[source]?.suppressed = 0
    }
    return reports.sorted { ($0.label, $0.reason?.rawValue ?? 0) < ($1.label, $1.reason?.rawValue ?? 0) }
  }
}
