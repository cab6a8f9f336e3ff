public import SentryPacket
public import SentryState

/// What people do to the address tables while the packets of `RandomTraffic` come: they enter hosts, nets and ranges that hold
/// its strangers, for several durations, and take them out again. The same seed gives the same requests.
public struct RandomRequests {
  public enum Request: Sendable {
    case add([AddressAddition], to: AddressTableKind)
    case remove(AddressRange, from: AddressTableKind)
    case clear(AddressTableKind)
  }

  private static let ranges = [
    "203.0.113.1", "203.0.113.2", "198.51.100.7", "203.0.113.0/30", "203.0.113.2-9", "203.0.113.0/24", "0.0.0.0/0",
    "2001:db8:1::1", "2001:db8:1::/64", "2001:db8:1::/48", "2001:db8:1::/120", "2001:db8:1::-2001:db8:1::9", "::/0",
  ].compactMap { try? AddressRange($0) }
  private static let seconds: [UInt32?] = [1, 5, 60, 600, 86_400, nil]

  private var random: SplitMix64

  public init(seed: UInt64) { random = SplitMix64(state: ~seed) }

  /// What somebody asks before the next packet; mostly nothing.
  public mutating func next() -> Request? {
    guard chance(5), let table = AddressTableKind.allCases.randomElement(using: &random) else { return nil }
    if chance(5) { return .clear(table) }
    if chance(25), let range = Self.ranges.randomElement(using: &random) { return .remove(range, from: table) }
    let count = Int.random(in: 1...4, using: &random)
    return .add((0..<count).compactMap { _ in addition() }, to: table)
  }

  private mutating func addition() -> AddressAddition? {
    guard let range = Self.ranges.randomElement(using: &random) else { return nil }
    let seconds = Self.seconds[Int.random(in: 0..<Self.seconds.count, using: &random)]
    return AddressAddition(range: range, duration: AddressDuration(seconds: seconds), triggeredBy: 1)
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
}
