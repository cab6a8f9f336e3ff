/// One remembered address, as `replay --format json` and the control socket report it.
///
/// The field names are a contract: tools outside this package read them.
public struct TableEntryReport: Sendable, Equatable {
  /// One address, `net/length` or `first-last`.
  public var address: String
  public var matchCount: UInt64
  /// Whole seconds since 1970.
  public var lastTime: Int64
  /// Number and name of the rule that entered it, at most 47 bytes; `rule 0` if no rule did.
  public var triggeredBy: String
  /// Seconds from `lastTime` until the entry expires; `nil` for one that never does.
  public var duration: Int64?

  public init(address: String, matchCount: UInt64, lastTime: Int64, triggeredBy: String, duration: Int64?) {
    self.address = address
    self.matchCount = matchCount
    self.lastTime = lastTime
    self.triggeredBy = triggeredBy
    self.duration = duration
  }

  /// Seconds left at `now` (seconds since 1970), never below 0; `nil` for an entry that does not expire.
  public func remainingSeconds(at now: Int64) -> Int64? {
    guard let duration else { return nil }
    let (age, overflow) = now.subtractingReportingOverflow(lastTime)
    guard !overflow, age > 0 else { return duration }
    return age >= duration ? 0 : duration - age
  }
}

extension TableEntryReport: Codable {
  enum CodingKeys: String, CodingKey {
    case address, matchCount, lastTime, triggeredBy, duration
  }

  /// Writes `duration` as null when the entry never expires.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(address, forKey: .address)
    try fields.encode(matchCount, forKey: .matchCount)
    try fields.encode(lastTime, forKey: .lastTime)
    try fields.encode(triggeredBy, forKey: .triggeredBy)
    try fields.encode(duration, forKey: .duration)
  }
}
