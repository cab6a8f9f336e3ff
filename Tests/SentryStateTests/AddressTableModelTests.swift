import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

/// What an address table should do, in the plainest way: a dictionary, searched and sorted as a whole at each step.
private struct AddressModel {
  struct Key: Hashable {
    var address: IPAddress
    var prefixLength: Int
  }
  struct Entry {
    var count: UInt64
    var last: Int64
    var seconds: UInt32?
    var label: UInt32
  }

  var entries: [Key: Entry] = [:]
  var capacity: Int
  let prefixLength: Int

  func key(_ address: IPAddress) -> Key {
    let length = address.isIPv4 ? 128 : prefixLength
    return Key(address: address.masked(to: length), prefixLength: length)
  }

  mutating func forgetExpired(_ now: Timestamp) {
    entries = entries.filter { _, entry in
      guard let seconds = entry.seconds else { return true }
      return now.nanoseconds - entry.last < Int64(seconds) * 1_000_000_000
    }
  }

  mutating func keep(_ address: IPAddress, _ now: Timestamp, _ seconds: UInt32?, _ label: UInt32) {
    if var entry = entries[key(address)] {
      entry.last = now.nanoseconds
      entry.label = label
      if let had = entry.seconds { entry.seconds = seconds.map { max($0, had) } }
      entries[key(address)] = entry
    } else {
      entries[key(address)] = Entry(count: 1, last: now.nanoseconds, seconds: seconds, label: label)
    }
  }

  mutating func hit(_ address: IPAddress, _ now: Timestamp) {
    entries[key(address)]?.count += 1
    entries[key(address)]?.last = now.nanoseconds
  }

  /// The entries of which one has to make way for another than `latest`: several if they are equally old.
  func candidatesForEviction(besides latest: Key?) -> [Key] {
    let others = entries.filter { $0.key != latest }
    let limited = others.filter { $0.value.seconds != nil }
    let pool = limited.isEmpty ? others : limited
    let oldest = pool.values.map(\.last).min()
    return pool.filter { $0.value.last == oldest }.map(\.key)
  }

  var sorted: [AddressEntry] {
    entries.map { key, entry in
      AddressEntry(
        address: key.address, prefixLength: key.prefixLength, matchCount: entry.count,
        lastTime: Timestamp(nanoseconds: entry.last), duration: AddressDuration(seconds: entry.seconds),
        triggeredBy: entry.label)
    }
    .sorted { ($0.address, $0.prefixLength) < ($1.address, $1.prefixLength) }
  }
}

/// Random steps on a table and its model; after each both hold the same.
private struct AddressRun: ~Copyable {
  var random: SplitMix64
  var model: AddressModel
  var table: AddressTable
  var now = at(0)
  var evictions: UInt64 = 0
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
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<9: keep(address)
    case 9..<14: include(address)
    case 14: find(address)
    case 15: table.expire(now: now)
    case 16: remove(address)
    case 17: reset(address)
    case 18: resize()
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
    let isNew = model.entries[model.key(address)] == nil
    model.keep(address, now, seconds, label)
    let outcome = table.keep(address, now: now, duration: AddressDuration(seconds: seconds), triggeredBy: label)
    #expect(outcome == (isNew ? .added : .refreshed))
    evict(besides: model.key(address))
  }

  private mutating func include(_ address: IPAddress) {
    let slot = table.find(address, now: now)
    #expect((slot != nil) == (model.entries[model.key(address)] != nil))
    guard let slot else { return }
    table.hit(slot, now: now)
    model.hit(address, now)
    #expect(table.matchCount(of: slot) == model.entries[model.key(address)]?.count)
  }

  private mutating func find(_ address: IPAddress) {
    let isThere = table.find(address, now: now) != nil
    #expect(isThere == (model.entries[model.key(address)] != nil))
  }

  private mutating func remove(_ address: IPAddress) {
    // The table may hold it expired; find takes such an entry away.
    let isThere = table.find(address, now: now) != nil
    let wasRemoved = table.remove(address)
    #expect(wasRemoved == isThere)
    #expect(wasRemoved == (model.entries.removeValue(forKey: model.key(address)) != nil))
  }

  private mutating func reset(_ address: IPAddress) {
    guard let slot = table.find(address, now: now) else { return }
    table.resetMatchCount(of: slot)
    model.entries[model.key(address)]?.count = 0
  }

  private mutating func resize() {
    model.capacity = Int.random(in: 1...12, using: &random)
    table.setCapacity(model.capacity, now: now)
    #expect(table.capacity == model.capacity)
    evict(besides: nil)
  }

  private mutating func removeAll() {
    table.removeAll()
    model.entries.removeAll()
  }

  /// Lets the model follow the table's evictions, each of which must have been one of the oldest.
  private mutating func evict(besides latest: AddressModel.Key?) {
    let present = Set(
      table.entries(now: now).map { AddressModel.Key(address: $0.address, prefixLength: $0.prefixLength) })
    while model.entries.count > model.capacity {
      let candidates = model.candidatesForEviction(besides: latest)
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
}
