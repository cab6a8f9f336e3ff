/// Log entries counted over time.
public struct LogMinutesReply: Codable, Sendable, Equatable {
  /// Seconds since 1970, where the first step begins.
  public var start: Int64
  /// Seconds: 60, or a multiple of it where that would give too many steps.
  public var step: Int
  /// For each step the entries by verdict (`pass`, `delete`, … `log`, …) that has occurred in it; `message` counts those of the
  /// daemon itself.
  public var counts: [[String: Int]]

  public init(start: Int64, step: Int, counts: [[String: Int]]) {
    self.start = start
    self.step = step
    self.counts = counts
  }

  /// More steps than this are never sent.
  public static let mostSteps = 1_440
}
