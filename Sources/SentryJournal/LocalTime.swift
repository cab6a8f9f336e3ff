public import Foundation

/// Prints moments as `YYYY-MM-DD HH:MM:SS` on the clocks of one time zone; fractions of a second are cut off.
public struct LocalTime: Sendable {
  private let style: Date.ISO8601FormatStyle

  public init(timeZone: TimeZone = .current) {
    style = Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZone: timeZone)
      .year().month().day().time(includingFractionalSeconds: false)
  }

  /// Moments before 1970 or after the year 9999 become the nearest in between.
  public func text(secondsSince1970 seconds: Double) -> String {
    let bounded = seconds.isNaN ? 0 : min(max(seconds, Self.earliest), Self.latest)
    return Date(timeIntervalSince1970: bounded.rounded(.down)).formatted(style)
  }

  // The latest is a day inside its year, so that no time zone leads out of it.
  private static let earliest = 0.0
  private static let latest = 253_402_214_400.0
}
