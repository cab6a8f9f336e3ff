public import SentryPacket

/// By which time it is decided what need not be kept any more: the clock may have been set since it was written.
public struct RetentionTime: Sendable, Equatable {
  /// Up to when ages are reckoned.
  public var now: Timestamp
  /// What is later was written while the clock was wrong, and makes way first where there is no room for more; `nil` where that
  /// cannot be told.
  public var latest: Timestamp?

  public init(now: Timestamp, latest: Timestamp? = nil) {
    self.now = now
    self.latest = latest
  }
}
