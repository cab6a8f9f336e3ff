public import Foundation

/// Writes and reads moments as `YYYY-MM-DD HH:MM:SS` on the clocks of one time zone; fractions of a second are cut off.
public struct LocalTime: Sendable {
  private let style: Date.ISO8601FormatStyle

  public init(timeZone: TimeZone = .current) {
    style = Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZone: timeZone)
      .year().month().day().time(includingFractionalSeconds: false)
  }

  /// Moments before 1970 or after the year 9999 become the nearest in between.
  public func text(secondsSince1970 seconds: Double) -> String {
    Date(timeIntervalSince1970: Self.bounded(seconds).rounded(.down)).formatted(style)
  }

  static func bounded(_ seconds: Double) -> Double { seconds.isNaN ? 0 : min(max(seconds, earliest), latest) }

  /// Bytes of a text.
  static var length: Int { "1970-01-01 00:00:00".utf8.count }

  /// Reads what `text` has written; `nil` for anything else. An hour that clocks show twice in autumn is one of the two.
  func secondsSince1970(_ text: some StringProtocol) -> Double? {
    (try? style.parse(String(text)))?.timeIntervalSince1970
  }

  // The latest is a day inside its year, so that no time zone leads out of it.
  private static let earliest = 0.0
  private static let latest = 253_402_214_400.0
}
