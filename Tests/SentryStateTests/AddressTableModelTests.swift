import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

/// What an address table should do, in the plainest way: a dictionary, searched and sorted as a whole at each step.
private struct AddressModel {
  struct Entry {
    var count: UInt64
    var last: Int64
    var seconds: UInt32?
    var label: UInt32
  }

  var entries: [AddressRange: Entry] = [:]
  /// Of single addresses and packets' nets, and of ranges.
  var capacity: Int
  let prefixLength: Int

  /// What a packet from the address is entered as.
  func net(of address: IPAddress) -> AddressRange {
    AddressRange(prefix: address, length: address.isIPv4 ? 128 : prefixLength)
  }

  /// Stands in the table of single addresses.
  func isSingle(_ range: AddressRange) -> Bool {
    range.first == range.last || !range.first.isIPv4 && range == AddressRange(prefix: range.first, length: prefixLength)
  }

  mutating func forgetExpired(_ now: Timestamp) {
    entries = entries.filter { _, entry in
      guard let seconds = entry.seconds else { return true }
      return now.nanoseconds - entry.last < Int64(seconds) * 1_000_000_000
    }
  }

  mutating func keep(_ address: IPAddress, _ now: Timestamp, _ seconds: UInt32?, _ label: UInt32) {
    if var entry = entries[net(of: address)] {
      entry.last = now.nanoseconds
      entry.label = label
      if let had = entry.seconds { entry.seconds = seconds.map { max($0, had) } }
      entries[net(of: address)] = entry
    } else {
      entries[net(of: address)] = Entry(count: 1, last: now.nanoseconds, seconds: seconds, label: label)
    }
  }

  mutating func add(_ range: AddressRange, _ now: Timestamp, _ seconds: UInt32?, _ label: UInt32) {
    entries[range] = Entry(count: 0, last: now.nanoseconds, seconds: seconds, label: label)
  }

  /// The entry that answers for the address: its own, else its net's, else the range that begins last, of those the one that
  /// ends first.
  func answer(_ address: IPAddress) -> AddressRange? {
    let single = AddressRange(prefix: address, length: 128)
    if entries[single] != nil { return single }
    if entries[net(of: address)] != nil { return net(of: address) }
    return entries.keys.filter { $0.contains(address) && !isSingle($0) && $0.first.isIPv4 == address.isIPv4 }
      .max { a, b in a.first != b.first ? a.first < b.first : a.last > b.last }
  }

  mutating func hit(_ range: AddressRange, _ now: Timestamp) {
    entries[range]?.count += 1
    entries[range]?.last = now.nanoseconds
  }

  func count(areSingle: Bool) -> Int { entries.keys.count { isSingle($0) == areSingle } }

  /// The entries of which one has to make way for another than `latest`: several if they are equally old.
  func candidatesForEviction(areSingle: Bool, besides latest: AddressRange?) -> [AddressRange] {
    let others = entries.filter { $0.key != latest && isSingle($0.key) == areSingle }
    let limited = others.filter { $0.value.seconds != nil }
    let pool = limited.isEmpty ? others : limited
    let oldest = pool.values.map(\.last).min()
    return pool.filter { $0.value.last == oldest }.map(\.key)
  }

  var sorted: [AddressEntry] {
    entries.map { range, entry in
      AddressEntry(
        range: range, matchCount: entry.count, lastTime: Timestamp(nanoseconds: entry.last),
        duration: AddressDuration(seconds: entry.seconds), triggeredBy: entry.label)
    }
    .sorted { a, b in a.range.first != b.range.first ? a.range.first < b.range.first : a.range.last > b.range.last }
  }
}

/// Random steps on a table and its model; after each both hold the same.
private struct AddressRun: ~Copyable {
  var random: SplitMix64
  var model: AddressModel
  var table: AddressTable
  var now = at(0)
  var evictions: UInt64 = 0
  /// How often a range answered for an address.
  var rangeAnswers = 0
  let pool: [IPAddress]
  let durations: [UInt32?] = [nil, 1, 2, 3, 5, 10]

  init(seed: UInt64) {
    random = SplitMix64(state: seed)
    let capacity = Int.random(in: 1...12, using: &random)
    let prefixLength = [64, 120, 128][Int(seed % 3)]
    // Every third run has all keys collide.
    let hashSeed = seed % 3 == 2 ? HashSeed(first: 0, second: 0, third: 0) : .random()
    model = AddressModel(capacity: capacity, prefixLength: prefixLength)
    table = AddressTable(capacity: capacity, ipv6PrefixLength: prefixLength, seed: hashSeed)
    pool =
      (1...12).map { IPAddress(v4: 0xC000_0200 + $0) }
      + (0..<12).map { IPAddress(high: 0x2001_0DB8_0000_0000 + $0 % 4, low: $0 << 4) }
  }

  mutating func pass() {
    // Often no time at all, often just to the nanosecond where something expires.
    switch Int.random(in: 0..<4, using: &random) {
    case 0: now = Timestamp(nanoseconds: now.nanoseconds + Int64.random(in: 0...1_500_000_000, using: &random))
    case 1: now = now.adding(seconds: 1)
    case 2: now = Timestamp(nanoseconds: now.nanoseconds + 1)
    default: break
    }
    model.forgetExpired(now)
  }

  mutating func step() {
    pass()
    let address = pool[Int.random(in: 0..<pool.count, using: &random)]
    switch Int.random(in: 0..<26, using: &random) {
    case 0..<8: keep(address)
    case 8..<14: include(address)
    case 14: find(address)
    case 15: table.expire(now: now)
    case 16: remove(address)
    case 17: reset(address)
    case 18: resize()
    case 19..<24: add()
    case 24: removeRange()
    default: if Int.random(in: 0..<10, using: &random) == 0 { removeAll() }
    }
    #expect(table.brokenInvariant() == nil)
    #expect(table.entries(now: now) == model.sorted)
    #expect(table.count(now: now) == model.entries.count)
    #expect(table.evictions == evictions)
  }

  private mutating func keep(_ address: IPAddress) {
    let seconds = durations[Int.random(in: 0..<durations.count, using: &random)]
    let label = UInt32.random(in: 0..<100, using: &random)
    let isNew = model.entries[model.net(of: address)] == nil
    model.keep(address, now, seconds, label)
    let outcome = table.keep(address, now: now, duration: AddressDuration(seconds: seconds), triggeredBy: label)
    #expect(outcome == (isNew ? .added : .refreshed))
    evict(areSingle: true, besides: model.net(of: address))
  }

  /// Of any width and any overlap, nets and single addresses among them.
  private mutating func randomRange() -> AddressRange {
    let address = pool[Int.random(in: 0..<pool.count, using: &random)]
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return AddressRange(prefix: address, length: 128)
    case 1:
      return AddressRange(
        prefix: address, length: [63, 64, 120, 124, 125, 126, 127].randomElement(using: &random) ?? 0)
    default:
      let other = pool[Int.random(in: 0..<pool.count, using: &random)]
      guard other.isIPv4 == address.isIPv4 else { return AddressRange(prefix: address, length: 126) }
      return AddressRange(first: min(address, other), last: max(address, other))
        ?? AddressRange(prefix: address, length: 128)
    }
  }

  private mutating func add() {
    let range = randomRange()
    let seconds = durations[Int.random(in: 0..<durations.count, using: &random)]
    let label = UInt32.random(in: 0..<100, using: &random)
    let isNew = model.entries[range] == nil
    model.add(range, now, seconds, label)
    let addition = AddressAddition(range: range, duration: AddressDuration(seconds: seconds), triggeredBy: label)
    #expect(table.add([addition], now: now) == (isNew ? 1 : 0))
    evict(areSingle: model.isSingle(range), besides: range)
  }

  private mutating func removeRange() {
    let ranges = model.sorted.map(\.range).filter { $0.first != $0.last }
    guard let range = ranges.randomElement(using: &random) else { return }
    model.entries.removeValue(forKey: range)
    #expect(table.remove(range) == true)
    #expect(table.remove(range) == false)
  }

  private mutating func include(_ address: IPAddress) {
    let slot = table.find(address, now: now)
    let answer = model.answer(address)
    #expect((slot != nil) == (answer != nil))
    guard let slot, let answer else { return }
    table.hit(slot, now: now)
    model.hit(answer, now)
    #expect(table.matchCount(of: slot) == model.entries[answer]?.count)
    if !model.isSingle(answer) { rangeAnswers += 1 }
  }

  private mutating func find(_ address: IPAddress) {
    let isThere = table.find(address, now: now) != nil
    #expect(isThere == (model.answer(address) != nil))
  }

  private mutating func remove(_ address: IPAddress) {
    // The table may hold it expired; find takes such an entry away.
    _ = table.find(address, now: now)
    let single = model.entries.removeValue(forKey: AddressRange(prefix: address, length: 128))
    let net = model.entries.removeValue(forKey: model.net(of: address))
    let wasRemoved = table.remove(address)
    #expect(wasRemoved == (single != nil || net != nil))
  }

  private mutating func reset(_ address: IPAddress) {
    guard let slot = table.find(address, now: now), let answer = model.answer(address) else { return }
    table.resetMatchCount(of: slot)
    model.entries[answer]?.count = 0
  }

  private mutating func resize() {
    model.capacity = Int.random(in: 1...12, using: &random)
    table.setCapacity(model.capacity, now: now)
    #expect(table.capacity == model.capacity)
    evict(areSingle: true, besides: nil)
    evict(areSingle: false, besides: nil)
  }

  private mutating func removeAll() {
    table.removeAll()
    model.entries.removeAll()
  }

  /// Lets the model follow the table's evictions, each of which must have been one of the oldest.
  private mutating func evict(areSingle: Bool, besides latest: AddressRange?) {
    let present = Set(table.entries(now: now).map(\.range))
    while model.count(areSingle: areSingle) > model.capacity {
      let candidates = model.candidatesForEviction(areSingle: areSingle, besides: latest)
      guard let evicted = candidates.first(where: { !present.contains($0) }) else {
        Issue.record("none of the oldest entries has made way: \(candidates)")
        return
      }
      model.entries.removeValue(forKey: evicted)
      evictions += 1
    }
  }
}

@Test("address table against a dictionary", arguments: 0..<24 as Range<UInt64>)
func addressTableFollowsItsModel(seed: UInt64) {
  var run = AddressRun(seed: seed)
  for _ in 0..<600 { run.step() }
  #expect(run.evictions > 0)
  #expect(run.rangeAnswers > 0)
}
