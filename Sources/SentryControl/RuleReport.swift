/// One rule and its counters, as `replay --format json` and the control socket report it.
///
/// The field names are a contract: tools outside this package read them.
public struct RuleReport: Sendable, Equatable {
  /// The rule's place in the document, such as `2.1.5.1`.
  public var number: String
  /// May be empty.
  public var name: String
  /// The rule's own switch; a rule below a disabled one never runs, but keeps its own.
  public var enabled: Bool
  public var matchCount: UInt64
  /// Bytes of the packets that matched.
  public var byteCount: UInt64
  /// Seconds since 1970, microseconds kept; `nil` before the first match.
  public var lastTime: Double?
  /// Matches in the last full second; only from a running daemon.
  public var matchDelta: UInt64?
  /// Bytes in the last full second; only from a running daemon.
  public var byteDelta: UInt64?

  public init(
    number: String, name: String, enabled: Bool, matchCount: UInt64 = 0, byteCount: UInt64 = 0, lastTime: Double? = nil,
    matchDelta: UInt64? = nil, byteDelta: UInt64? = nil
  ) {
    self.number = number
    self.name = name
    self.enabled = enabled
    self.matchCount = matchCount
    self.byteCount = byteCount
    self.lastTime = lastTime
    self.matchDelta = matchDelta
    self.byteDelta = byteDelta
  }
}

extension RuleReport: Codable {
  enum CodingKeys: String, CodingKey {
    case number, name, enabled, matchCount, byteCount, lastTime, matchDelta, byteDelta
  }

  /// Writes `lastTime` as null when there is none; the deltas are left out of reports that have none.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(number, forKey: .number)
    try fields.encode(name, forKey: .name)
    try fields.encode(enabled, forKey: .enabled)
    try fields.encode(matchCount, forKey: .matchCount)
    try fields.encode(byteCount, forKey: .byteCount)
    try fields.encode(lastTime, forKey: .lastTime)
    try fields.encodeIfPresent(matchDelta, forKey: .matchDelta)
    try fields.encodeIfPresent(byteDelta, forKey: .byteDelta)
  }
}
