public import SentryPacket

/// How many new sources packets may enter into table trigger in a minute.
///
/// A minute begins with the first source that enters outside of one, and lasts 60 seconds of the engine's clock: no sequence of packets
/// enters more sources in it than the limit, so none enters more than twice as many in any 60 seconds. Fixed minutes, unlike
/// a bucket that fills up again, say plainly how many entered and from when on others do again.
public struct TriggerQuota: Sendable {
  private static let nanoseconds = 60 * Timestamp.nanosecondsPerSecond

  /// New sources in a minute at most; `nil` for as many as come.
  public var limit: Int?
  /// Of the minute that began last.
  private var start: Timestamp?
  public private(set) var entered = 0
  private var isTold = false

  public init(limit: Int?) { self.limit = limit }

  /// One more source may enter.
  public func isOpen(at now: Timestamp) -> Bool {
    guard let limit else { return true }
    return !isRunning(at: now) || entered < limit
  }

  /// A source enters. Only while that is open.
  public mutating func enter(at now: Timestamp) {
    if !isRunning(at: now) {
      start = now
      entered = 0
      isTold = false
    }
    entered += 1
  }

  /// A source is not entered.
  ///
  /// - Returns: true for the first one of the minute.
  public mutating func refuse() -> Bool {
    defer { isTold = true }
    return !isTold
  }

  /// The clock was set back: a minute that began after `now` begins at `now`.
  public mutating func turnBack(to now: Timestamp) { start = start.map { min($0, now) } }

  public mutating func reset() { self = TriggerQuota(limit: limit) }

  private func isRunning(at now: Timestamp) -> Bool {
    guard let start else { return false }
    return now.nanoseconds - start.nanoseconds < Self.nanoseconds
  }
}
