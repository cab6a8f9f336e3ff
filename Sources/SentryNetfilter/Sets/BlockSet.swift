internal import SentryPacket
internal import SentryState

/// A set of the kernel's for addresses that stay equally long: nftables looks them up by a hash, refreshes and counts them.
struct BlockSet: Hashable, Sendable {
  /// Of what its keys are: the first bits of an address.
  enum Keys: Hashable, Sendable {
    case ipv4
    case ipv6(length: UInt8)
  }

  var keys: Keys
  /// How long an entry stays after its last hit; `nil` for ever.
  var seconds: UInt32?
  /// Entries that the table holds.
  var capacity: Int

  /// The set for a net.
  init(_ net: AddressNet, _ duration: AddressDuration, capacity: Int) {
    keys = net.address.isIPv4 ? .ipv4 : .ipv6(length: net.length)
    seconds = duration.seconds
    self.capacity = capacity
  }

  init(_ keys: Keys, seconds: UInt32?, capacity: Int) {
    self.keys = keys
    self.seconds = seconds
    self.capacity = capacity
  }

  var name: String {
    let stay = seconds.map { "\($0)s" } ?? "forever"
    return switch keys {
    case .ipv4: "triggered-4-\(stay)"
    case .ipv6(let length): "triggered-6-\(length)-\(stay)"
    }
  }

  /// Twice as many entries as the table's: expired ones take the kernel a while to remove.
  private var size: Int { 2 * capacity }

  var declaration: [String] {
    var lines = ["set \(name) {", "  type \(keys == .ipv4 ? "ipv4_addr" : "ipv6_addr")", "  size \(size)"]
    if let seconds { lines += ["  flags dynamic,timeout", "  timeout \(seconds)s"] }
    return lines + ["  counter", "}"]
  }

  private var key: String {
    switch keys {
    case .ipv4: "ip saddr"
    case .ipv6(let length): BlockSet.ipv6Source(length: Int(length))
    }
  }

  /// The first bits of an IPv6 packet's source: 1...128.
  static func ipv6Source(length: Int) -> String {
    length == 128 ? "ip6 saddr" : "ip6 saddr & \(IPAddress(high: .max, low: .max).masked(to: length))"
  }

  /// Drops what comes from its addresses, and starts their time again.
  func rule(_ drop: String) -> String {
    let refresh = seconds == nil ? "" : " update @\(name) { \(key) }"
    return "\(key) @\(name)\(refresh) \(drop)"
  }

  /// How often the counter of an entry counts one packet: finding an entry counts, and so does refreshing it.
  var countsPerPacket: UInt64 { seconds == nil ? 1 : 2 }

  /// More specific keys are asked first, as in the table.
  static func isAskedFirst(_ a: BlockSet, _ b: BlockSet) -> Bool {
    a.rank != b.rank ? a.rank > b.rank : a.name < b.name
  }

  private var rank: Int {
    switch keys {
    case .ipv4: 129
    case .ipv6(let length): Int(length)
    }
  }
}

// What the kernel lists of a set.

extension BlockSet {
  /// In the 128-bit form.
  var length: UInt8 {
    switch keys {
    case .ipv4: 128
    case .ipv6(let length): length
    }
  }

  func net(of key: IPAddress) -> AddressNet { AddressNet(key, length: length) }

  /// When an entry was last hit or put there, in nanoseconds; of those that stay for ever nobody knows.
  func lastHit(_ element: ListedElement, now: Timestamp) -> Int64 {
    guard let seconds, let left = element.left else { return now.nanoseconds }
    let passed = Int64(seconds) * 1_000 - Int64(clamping: left)
    return now.nanoseconds - max(0, passed) * 1_000_000
  }

  /// Milliseconds an entry still has that was last hit at `last`, at least 1.
  func left(since last: Timestamp, now: Timestamp) -> UInt64? {
    guard let seconds else { return nil }
    let passed = max(0, now.nanoseconds - last.nanoseconds) / 1_000_000
    return UInt64(max(1, Int64(seconds) * 1_000 - passed))
  }
}

/// A set of the kernel's for nets and ranges that somebody has entered: intervals apart from each other.
enum RangeSet: String, CaseIterable {
  case ipv4 = "triggered-ranges-4"
  case ipv6 = "triggered-ranges-6"

  var declaration: [String] {
    ["set \(rawValue) {", "  type \(self == .ipv4 ? "ipv4_addr" : "ipv6_addr")", "  flags interval", "  counter", "}"]
  }

  func rule(_ drop: String) -> String { "\(self == .ipv4 ? "ip" : "ip6") saddr @\(rawValue) \(drop)" }
}

/// What of blocking by sets is part of a feed: the rules, and the sets there are. What the sets hold is not.
public struct BlockingFeed: Sendable, Equatable {
  public let plan: BlockingPlan
  /// In the order in which they are asked.
  private(set) var sets: [BlockSet]

  /// Every inbound packet is looked up in all sets of its family.
  static let setLimit = 16

  /// With the sets for what the rules trigger.
  public init(_ plan: BlockingPlan) {
    self.plan = plan
    sets = []
    let keys: [BlockSet.Keys] = [.ipv4] + (plan.ipv6PrefixLength.map { [.ipv6(length: UInt8(clamping: $0))] } ?? [])
    add(keys.map { BlockSet($0, seconds: plan.seconds, capacity: plan.capacity) })
  }

  /// Adds those that are not there, as many as there is room for.
  mutating func add(_ more: [BlockSet]) {
    for set in more where sets.count < Self.setLimit && !sets.contains(set) { sets.append(set) }
    sets.sort(by: BlockSet.isAskedFirst)
  }

  /// Makes room for `more`: gives up sets that are not among `used`, but for those for what the rules trigger.
  mutating func makeRoom(for more: [BlockSet], keeping used: Set<BlockSet>) {
    let new = more.count { !sets.contains($0) }
    guard sets.count + new > Self.setLimit else { return }
    let own = BlockingFeed(plan).sets
    sets.removeAll { !used.contains($0) && !own.contains($0) }
  }

  /// Takes over the sets of the feed before it: what they hold goes on to be blocked.
  mutating func adopt(_ old: BlockingFeed) {
    let usable = old.sets.filter { $0.keys == .ipv4 || plan.ipv6PrefixLength != nil }
    add(usable.map { BlockSet($0.keys, seconds: $0.seconds, capacity: plan.capacity) })
  }

  /// Sets that are in the way of this feed's, or no longer used.
  static func unused(_ old: BlockingFeed?, _ new: BlockingFeed?) -> [BlockSet] {
    (old?.sets ?? []).filter { !(new?.sets ?? []).contains($0) }
  }

  // MARK: As nftables reads it

  static let counter = "blocked"

  var declarations: [String] {
    ["counter \(Self.counter) {", "}"] + sets.flatMap(\.declaration) + RangeSet.allCases.flatMap(\.declaration)
  }

  var rules: [String] {
    let drop = "counter name \"\(Self.counter)\" drop comment \"\(EarlyChain.comment(plan.number))\""
    let ipv4 = sets.filter { $0.keys == .ipv4 }.map { $0.rule(drop) } + [RangeSet.ipv4.rule(drop)]
    let ipv6 = sets.filter { $0.keys != .ipv4 }.map { $0.rule(drop) } + [RangeSet.ipv6.rule(drop)]
    return rules(ipv4, of: .ipv4) + (plan.ipv6PrefixLength == nil ? [] : rules(ipv6, of: .ipv6))
  }

  /// Conditions that stand in each rule: for so few, that is cheaper than rules of their own.
  private static let conditionLimit = 8

  /// The rules of a family's sets, for packets that nothing exempts.
  private func rules(_ drops: [String], of family: EarlyMatch.Family) -> [String] {
    let exemptions = plan.exemptions.filter { $0.match.family == nil || $0.match.family == family }
    let conditions = exemptions.compactMap(\.match.opposite)
    let areFew = conditions.count <= Self.conditionLimit
    let returns = exemptions.filter { !areFew || $0.match.opposite == nil }.map { exemption in
      "\(exemption.match.text) return comment \"to the queue: \(EarlyChain.comment(exemption.number))\""
    }
    return returns + drops.map { areFew ? (conditions + [$0]).joined(separator: " ") : $0 }
  }
}
