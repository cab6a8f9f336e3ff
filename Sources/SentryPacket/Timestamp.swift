/// A moment, in nanoseconds since 1970-01-01 00:00:00 UTC.
///
/// Times from files are clamped to what can be reckoned with: 1970 to the year 2255.
public struct Timestamp: Hashable, Comparable, Sendable {
  @inlinable public static var nanosecondsPerSecond: Int64 { 1_000_000_000 }
  /// 2^33 + a little over 4 × 10^8 seconds: room below `Int64.max` for any duration we add.
  private static let latestSecond: Int64 = 9_000_000_000

  public let nanoseconds: Int64

  @inlinable
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Any seconds and nanoseconds, as a capture file may hold them; out-of-range values become the nearest valid moment.
  public init(seconds: Int64, nanoseconds: Int64 = 0) {
    let whole = Swift.max(0, Swift.min(Self.latestSecond, seconds))
    let part = Swift.max(0, Swift.min(Self.nanosecondsPerSecond - 1, nanoseconds))
    self.nanoseconds = whole * Self.nanosecondsPerSecond + part
  }

  /// Whole seconds since 1970.
  @inlinable
  public var seconds: Int64 { nanoseconds / 1_000_000_000 }

  /// Seconds since 1970 as reports write them: microseconds kept, what is finer cut off.
  public var secondsSince1970: Double { Double(nanoseconds / 1000) / 1e6 }

  public var wholeSecond: Timestamp { Timestamp(seconds: seconds) }

  @inlinable
  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }

  public func adding(seconds: Int64) -> Timestamp {
    Timestamp(nanoseconds: nanoseconds + seconds * Self.nanosecondsPerSecond)
  }
}
