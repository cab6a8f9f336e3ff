/// How much has come and gone over time: packets by what became of them, and bytes.
public struct HistoryReply: Codable, Sendable, Equatable {
  public struct Series: Codable, Sendable, Equatable {
    /// `pass`, `delete` and so on.
    public var name: String
    /// Packets per second, one number for each step, oldest first; 0 where nothing is known.
    public var values: [Double]

    public init(name: String, values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// Bytes per second, one number for each step.
  public struct Bytes: Codable, Sendable, Equatable {
    public var `in`: [Double]
    public var out: [Double]

    public init(in inbound: [Double], out: [Double]) {
      self.in = inbound
      self.out = out
    }
  }

  /// Seconds that each number stands for; the last one may stand for less.
  public var step: Int
  /// Seconds since 1970, where the first step begins.
  public var start: Int64
  /// One for each verdict that has occurred in that time.
  public var series: [Series]
  /// Of IP packets that were let through; of the last hour, of all since the daemon's start.
  public var bytes: Bytes
  /// Seconds since 1970 of the earliest moment that anything is known of; left out where nothing is.
  public var knownSince: Int64?

  public init(step: Int, start: Int64, series: [Series], bytes: Bytes, knownSince: Int64? = nil) {
    self.step = step
    self.start = start
    self.series = series
    self.bytes = bytes
    self.knownSince = knownSince
  }

  /// The spans that can be asked for, in seconds: a minute, an hour, a day, a week, 30 days.
  public static let spans = [60, 3_600, 86_400, 604_800, 2_592_000]
}
