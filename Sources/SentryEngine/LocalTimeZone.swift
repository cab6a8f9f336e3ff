internal import Glibc

/// How far the clocks on the wall are ahead of UTC, moment by moment.
public struct LocalTimeZone: Sendable {
  /// Seconds ahead of UTC at a moment in seconds since 1970.
  let secondsFromUTC: @Sendable (Int64) -> Int64

  /// - Parameter secondsFromUTC: seconds ahead of UTC (west of Greenwich below 0) at a moment in seconds since 1970. Asked at
  ///   most once for each quarter of an hour, which no zone changes its clocks within.
  public init(secondsFromUTC: @escaping @Sendable (Int64) -> Int64) { self.secondsFromUTC = secondsFromUTC }

  public static let utc = LocalTimeZone { _ in 0 }

  /// That of the process: `TZ`, else the system's.
  public static let system = LocalTimeZone { seconds in
    var moment = time_t(seconds)
    // Safe: a plain record whose only pointer, to the zone's name, is never followed.
    var broken = unsafe tm()
    // Safe: both refer to variables of ours for the time of the call; failure is checked.
    guard unsafe localtime_r(&moment, &broken) != nil else { return 0 }
    return Int64(unsafe broken.tm_gmtoff)
  }
}
