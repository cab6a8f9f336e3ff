import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryState

private struct Number: TableKey {
  let value: UInt64
  func hash(_ seed: HashSeed) -> UInt64 { fold(value ^ seed.first, seed.second) }
}

private struct Item: LinkedEntry {
  let key: Number
  var expiryClass = ExpiryClass.free
  var lastNanoseconds: Int64 = 0

  init(_ value: UInt64) { key = Number(value: value) }
}

private let second: Int64 = 1_000_000_000
/// Gives every number the hash 0.
private let collidingSeed = HashSeed(first: 0, second: 0, third: 0)

extension LinkedTable<Item> {
  fileprivate mutating func add(_ value: UInt64, lasting lifetime: Int64, now: Timestamp) -> Int {
    insert(Item(value), in: expiryClass(lasting: lifetime), now: now)
  }

  /// Those of all entries, expired ones included.
  fileprivate var storedValues: Set<UInt64> { Set(occupiedSlots.map { self[$0].key.value }) }

  fileprivate func values(now: Timestamp) -> [UInt64] {
    var values: [UInt64] = []
    forEachEntry(now: now) { entry, _ in values.append(entry.key.value) }
    return values
  }
}

@Suite struct LinkedTableTests {
  @Test func freedSlotsAreUsedFirst() {
    var table = LinkedTable<Item>(capacity: 8, lifetimes: [10 * second])
    #expect([1, 2, 3].map { table.insert(Item($0), in: 0, now: at(0)) } == [0, 1, 2])
    table.remove(at: 1)
    table.remove(at: 0)
    #expect(table.brokenInvariant() == nil)
    #expect([4, 5, 6].map { table.insert(Item($0), in: 0, now: at(1)) } == [0, 1, 3])
    #expect(table.brokenInvariant() == nil)
    #expect(table.isOccupied(4) == false)
    #expect(table.values(now: at(1)) == [3, 4, 5, 6])
  }

  @Test func anEmptyClassServesTheNextLifetime() {
    var table = LinkedTable<Item>(capacity: 8, lifetimes: [])
    for round in 0..<100 {
      let now = at(Int64(round) * 1_000)
      _ = table.add(UInt64(round), lasting: Int64(round + 1) * second, now: now)
      #expect(table.expiryClass(lasting: Int64(round + 1) * second) == 0)
      #expect(table.remove(Number(value: UInt64(round))) == true)
      #expect(table.brokenInvariant() == nil)
    }
  }

  @Test func theUnlimitedClassIsNotGivenAway() {
    var table = LinkedTable<Item>(capacity: 8, lifetimes: [ExpiryClass.unlimited])
    #expect(table.expiryClass(lasting: second) == 1)
    #expect(table.expiryClass(lasting: ExpiryClass.unlimited) == 0)
  }

  @Test func withAllClassesInUseTheNextLongerOneServes() {
    var table = LinkedTable<Item>(capacity: 8, lifetimes: [], classLimit: 3)
    for lifetime in [20, 40, 30] as [Int64] {
      _ = table.add(UInt64(lifetime), lasting: lifetime * second, now: at(0))
    }
    let served = ([10, 20, 25, 35, 41] as [Int64]).map { wanted in
      let slot = table.add(UInt64(wanted) + 100, lasting: wanted * second, now: at(0))
      defer { table.remove(at: slot) }
      return table.lifetime(of: slot) / second
    }
    #expect(served == [20, 20, 30, 40, 40])
    #expect(table.brokenInvariant() == nil)
  }

  @Test func oneSweepRemovesALimitedNumber() {
    let limit = LinkedTable<Item>.sweepLimit
    var table = LinkedTable<Item>(capacity: 2 * limit + 1, lifetimes: [second])
    for value in 0..<UInt64(2 * limit + 1) { _ = table.insert(Item(value), in: 0, now: at(0)) }
    #expect(table.count(now: at(1, -1)) == 2 * limit + 1)
    let left = (0..<3).map { _ in
      table.expire(now: at(1))
      #expect(table.count(now: at(1)) == 0)
      return table.count
    }
    #expect(left == [limit + 1, 1, 0])
    #expect(table.evictions == 0)
  }

  @Test func removeAllKeepsCountersAndClasses() {
    var table = LinkedTable<Item>(capacity: 2, lifetimes: [second, 2 * second])
    for value in 0..<3 as Range<UInt64> { _ = table.insert(Item(value), in: 1, now: at(0)) }
    table.removeAll()
    #expect(table.count == 0)
    #expect(table.capacity == 2)
    #expect(table.additions == 3)
    #expect(table.evictions == 1)
    #expect(table.find(Number(value: 2), now: at(0)) == nil)
    #expect(table.lifetime(of: table.insert(Item(9), in: 1, now: at(0))) == 2 * second)
    #expect(table.brokenInvariant() == nil)
  }

  @Test(arguments: [Int.min, -1, 0, 1])
  func aCapacityBelowOneIsOne(capacity: Int) {
    var table = LinkedTable<Item>(capacity: capacity, lifetimes: [second])
    #expect(table.capacity == 1)
    for value in 0..<5 as Range<UInt64> { _ = table.insert(Item(value), in: 0, now: at(0)) }
    #expect(table.values(now: at(0)) == [4])
    #expect(table.brokenInvariant() == nil)
  }

  @Test func aHugeCapacityIsCutToWhatSlotNumbersReach() {
    #expect(LinkedTable<Item>(capacity: .max, lifetimes: [second]).capacity == 16_777_216)
  }

  /// Entries come, are refreshed and go, and the clock is set back now and then: what makes way is what has expired first, else the
  /// oldest whose lifetime is limited, else the oldest; and all that has expired is removed.
  @Test(arguments: 0..<16 as Range<UInt64>)
  func theOldestMakesWay(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var table = LinkedTable<Item>(capacity: 12, lifetimes: [])
    var model: [UInt64: (last: Int64, lifetime: Int64)] = [:]
    func deadline(_ value: UInt64) -> Int64 {
      guard let entry = model[value], entry.lifetime != ExpiryClass.unlimited else { return .max }
      return entry.last + entry.lifetime
    }
    var now = at(10_000)
    for _ in 0..<2_000 {
      if Int.random(in: 0..<40, using: &random) == 0 {
        now = Timestamp(nanoseconds: now.nanoseconds - Int64.random(in: 0...20 * second, using: &random))
        table.turnBack(to: now)
        model = model.mapValues { (last: min($0.last, now.nanoseconds), lifetime: $0.lifetime) }
      }
      now = Timestamp(nanoseconds: now.nanoseconds + Int64.random(in: 0...second / 2, using: &random))
      if Int.random(in: 0..<10, using: &random) == 0 {
        table.expire(now: now)
        model = model.filter { deadline($0.key) > now.nanoseconds }
        #expect(table.storedValues == Set(model.keys))
      }
      let value = UInt64.random(in: 0..<40, using: &random)
      let lifetimes = [2 * second, 5 * second, 30 * second, ExpiryClass.unlimited]
      let lifetime = lifetimes.randomElement(using: &random) ?? second
      let slot = table.find(Number(value: value), now: now)
      #expect((slot != nil) == (deadline(value) > now.nanoseconds && model[value] != nil))
      model[value] = slot == nil ? nil : model[value]
      switch slot {
      case let slot? where Int.random(in: 0..<3, using: &random) == 0:
        table.remove(at: slot)
        model[value] = nil
      case let slot?:
        table.refresh(slot, in: table.expiryClass(lasting: lifetime), now: now)
        model[value] = (now.nanoseconds, lifetime)
      case nil:
        let before = table.storedValues
        _ = table.add(value, lasting: lifetime, now: now)
        let gone = before.subtracting(table.storedValues)
        #expect(gone.count == (before.count == 12 ? 1 : 0))
        if let gone = gone.first {
          let limited = model.filter { $0.value.lifetime != ExpiryClass.unlimited }
          let oldest = (limited.isEmpty ? model : limited).values.map(\.last).min()
          let first = model.keys.map(deadline).min() ?? .max
          #expect(first <= now.nanoseconds ? deadline(gone) == first : model[gone]?.last == oldest)
        }
        gone.forEach { model[$0] = nil }
        model[value] = (now.nanoseconds, lifetime)
      }
      if let problem = table.brokenInvariant() { Issue.record("\(problem)") }
    }
  }

  /// A class that has been empty knows nothing of its time before the clock was set back.
  @Test func anEmptyClassBeginsAnewAfterTheClockWasSetBack() {
    var table = LinkedTable<Item>(capacity: 4, lifetimes: [60 * second])
    let slot = table.insert(Item(1), in: 0, now: at(1_000))
    table.remove(at: slot)
    table.turnBack(to: at(20))
    _ = table.insert(Item(2), in: 0, now: at(20))
    table.expire(now: at(79))
    #expect(table.count == 1)
    table.expire(now: at(80))
    #expect(table.count == 0)
    #expect(table.brokenInvariant() == nil)
  }

  /// The same calls with any seed, also one under which all keys collide, leave the same entries in the same slots.
  @Test(arguments: 0..<8 as Range<UInt64>)
  func hashesChangeNothingThatCanBeSeen(seed: UInt64) {
    #expect(history(seed, .random()) == history(seed, collidingSeed))
  }

  private func history(_ seed: UInt64, _ hashSeed: HashSeed) -> [[Int]] {
    var random = SplitMix64(state: seed)
    var table = LinkedTable<Item>(capacity: 12, lifetimes: [], seed: hashSeed)
    var history: [[Int]] = []
    var now = at(0)
    for _ in 0..<400 {
      now = Timestamp(nanoseconds: now.nanoseconds + Int64.random(in: 0...second, using: &random))
      let value = UInt64.random(in: 0..<30, using: &random)
      let lifetime = Int64.random(in: 1...6, using: &random) * second
      if let slot = table.find(Number(value: value), now: now) {
        if Bool.random(using: &random) {
          table.refresh(slot, in: table.expiryClass(lasting: lifetime), now: now)
        } else {
          table.remove(at: slot)
        }
      } else {
        _ = table.add(value, lasting: lifetime, now: now)
      }
      if let problem = table.brokenInvariant() { Issue.record("\(problem)") }
      history.append((0..<12).map { table.isOccupied($0) ? Int(table[$0].key.value) : -1 })
    }
    return history
  }
}
