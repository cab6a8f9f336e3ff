internal import SentryPacket
internal import SentryState

/// What was put into the kernel's sets, by its net.
///
/// It is kept in parts, each of which grows by itself: a dictionary moves all it holds when it grows, and with a hundred thousand
/// entries, new ones would wait for that longer than for all else. (Whoever chooses addresses of one part only gains just that.)
struct HeldEntries {
  typealias Entry = KernelSets.Held

  private var parts = [[AddressNet: Entry]](repeating: [:], count: partCount)

  private static let partBits = 6
  private static var partCount: Int { 1 << partBits }

  /// The upper bits of Fibonacci hashing: neighbours come into different parts.
  static func part(of net: AddressNet) -> Int {
    let mixed = (net.address.low ^ net.address.high) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> (64 - UInt64(partBits)))
  }

  var count: Int { parts.reduce(0) { $0 + $1.count } }

  /// The sets that hold any.
  var sets: Set<BlockSet> {
    parts.reduce(into: []) { sets, part in for entry in part.values { sets.insert(entry.set) } }
  }

  subscript(net: AddressNet) -> Entry? {
    get { parts[Self.part(of: net)][net] }
    set { parts[Self.part(of: net)][net] = newValue }
  }

  mutating func remove(_ net: AddressNet) -> Entry? { parts[Self.part(of: net)].removeValue(forKey: net) }

  /// Makes room for so many entries altogether.
  mutating func reserveCapacity(_ count: Int) {
    // Parts are not quite equally full.
    for index in parts.indices { parts[index].reserveCapacity(count / Self.partCount * 9 / 8) }
  }

  mutating func removeExpired(_ now: Timestamp) {
    for index in parts.indices where parts[index].values.contains(where: { $0.isExpired(now) }) {
      parts[index] = parts[index].filter { !$0.value.isExpired(now) }
    }
  }

  /// How many will have expired by then.
  func expiredCount(_ time: Timestamp) -> Int {
    parts.reduce(0) { $0 + $1.values.count { $0.isExpired(time) } }
  }

  func filter(_ isIncluded: (AddressNet, Entry) -> Bool) -> [(key: AddressNet, value: Entry)] {
    parts.flatMap { $0.filter { isIncluded($0.key, $0.value) } }
  }

  /// At most `count` of them, others each time.
  func sample(of count: Int) -> [(key: AddressNet, value: Entry)] {
    guard self.count > count else { return parts.flatMap { Array($0) } }
    let filled = parts.filter { !$0.isEmpty }
    return (0..<count).compactMap { _ in filled.randomElement()?.randomElement() }
  }
}
