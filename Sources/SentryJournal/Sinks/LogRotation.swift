/// When a log file makes way for a fresh one, and how many old ones stay: `x.log.1` is the latest of them, `x.log.2` the one before.
public struct LogRotation: Sendable, Equatable {
  /// With the first entry of a new day.
  public var isDaily = true
  /// Before an entry would make the file larger than this; `nil`: however large.
  public var bytes: Int64? = 64 << 20
  /// Old files that stay.
  public var kept = 10

  public init() {}

  /// Left to others, such as logrotate(8).
  public static var never: LogRotation {
    var rotation = LogRotation()
    (rotation.isDaily, rotation.bytes) = (false, nil)
    return rotation
  }
}
