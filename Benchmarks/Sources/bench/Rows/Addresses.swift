import SentryEngine
import SentryPacket
import SentryRules
import SentryState

private let row = "trigger table"
private let lookups = 1_000_000

/// Looks up addresses of a table that holds 1,000,000 of them and 100,000 ranges, all of which are there, in an order
/// that no cache foresees; then reads as many from a list.
func measureAddresses() throws {
  var numbers = Numbers(seed: 1)
  // Single ones in the lower half of IPv4, ranges in the upper.
  var hosts: Set<UInt32> = []
  while hosts.count < 1_000_000 { hosts.insert(UInt32(truncatingIfNeeded: numbers.next()) >> 1) }
  let addresses = hosts.sorted().map { IPAddress(v4: $0) }
  let ranges = apartRanges(100_000)
  let known = (0..<lookups).map { _ in addresses[Int(numbers.next() % UInt64(addresses.count))] }
  let inRanges = someAddresses(in: ranges, &numbers)

  let before = anonymousMemory()
  var table = AddressTable(capacity: 1_048_576)
  for address in addresses { _ = table.keep(address, now: at(0), duration: .unlimited, triggeredBy: 1) }
  let bytes = withExtendedLifetime(addresses) { anonymousMemory() - before }
  guard table.count == addresses.count else { fail("\(row): \(table.count) addresses entered") }
  table.add(ranges.map { AddressAddition(range: $0, duration: .unlimited, triggeredBy: 1) }, now: at(0))

  Figure(
    row: row, measure: "find one of 1,000,000 addresses", value: nanosecondsToFind(known, in: &table), unit: "ns",
    wanted: .atMost(100)
  ).report()
  Figure(
    row: row, measure: "find one in 100,000 ranges", value: nanosecondsToFind(inRanges, in: &table), unit: "ns",
    wanted: .atMost(100)
  ).report()
  Figure(
    row: row, measure: "memory, index included", value: Double(bytes) / Double(addresses.count), unit: "bytes/address",
    wanted: .atMost(64)
  ).report()
  var next: UInt32 = 0
  let one = nanoseconds(steps: 1) {
    next += 1
    let range = AddressRange(prefix: IPAddress(v4: next << 8), length: 120)
    return table.add([AddressAddition(range: range, duration: .unlimited, triggeredBy: 1)], now: at(1))
  }
  Figure(row: row, measure: "add one range to 100,000", value: one / 1e6, unit: "ms").report()
  measureImport(addresses.shuffled(using: &numbers), ranges)
}

/// Reads a list of addresses and ranges as `triggered import` does, and enters them into an empty table in as large
/// parts.
private func measureImport(_ addresses: [IPAddress], _ ranges: [AddressRange]) {
  let entries = addresses.map { AddressRange(prefix: $0, length: 128) } + ranges
  let list = AddressList(
    entries.map { AddressList.Entry(range: $0, table: .trigger, triggeredBy: "2.1.5.1 telnet", duration: .unlimited) })
  let text = Array(list.text().utf8)
  let rules = ruleSet(of: "{ rules = (\(anyPacket)); settings = { addressCapacity = 1048576; }; }")
  var fastest = Fastest()
  for _ in 0..<3 {
    var engine = Engine(rules)
    engine.advance(to: at(0))
    fastest.run {
      let list = AddressList(reading: text, defaults: AddressList.Defaults(duration: .unlimited))
      for (table, additions) in list.additions(labels: RuleLabels(), atMost: 4_096) {
        _ = engine.add(additions, to: table)
      }
    }
    guard engine.tables.count(of: .trigger) == entries.count else {
      fail("\(row): \(engine.tables.count(of: .trigger)) of \(entries.count) entries imported")
    }
  }
  Figure(row: row, measure: "import of the TSV, all entries", value: fastest.seconds, unit: "s", wanted: .atMost(1))
    .report()
}

// MARK: Durations

/// Tables in which every entry has a duration of its own.
func measureDurations() throws {
  for count in [100, 10_000, 60_000] { measureDurations(count) }
}

private func measureDurations(_ count: Int) {
  let row = "address table, \(count) durations"
  var numbers = Numbers(seed: 2)
  var hosts: Set<UInt32> = []
  while hosts.count < count { hosts.insert(UInt32(truncatingIfNeeded: numbers.next())) }
  let addresses = hosts.sorted().map { IPAddress(v4: $0) }.shuffled(using: &numbers)
  let entries = addresses.enumerated().map { place, address in
    AddressAddition(
      range: AddressRange(prefix: address, length: 128), duration: AddressDuration(seconds: 1_000 + UInt32(place)),
      triggeredBy: 1)
  }
  let some = (0..<10_000).map { _ in addresses[Int(numbers.next() % UInt64(addresses.count))] }

  var table = AddressTable(capacity: addresses.count)
  let entering = nanoseconds(steps: entries.count) {
    table.removeAll()
    return table.add(entries, now: at(0))
  }
  Figure(row: row, measure: "enter", value: entering, unit: "ns").report()
  var second: Int64 = 0
  let hitting = nanoseconds(steps: some.count) {
    var found = 0
    second += 1
    for address in some {
      guard let slot = table.find(address, now: at(second)) else { continue }
      table.hit(slot, now: at(second))
      found += 1
    }
    return found
  }
  Figure(row: row, measure: "find and refresh", value: hitting, unit: "ns").report()
  var next: UInt64 = 0
  let keeping = nanoseconds(steps: 1_000) {
    var added = 0
    for _ in 0..<1_000 {
      next += 1
      let address = IPAddress(high: 0x2001_0db8_0000_0000, low: next)
      let outcome = table.keep(address, now: at(100), duration: AddressDuration(seconds: 600), triggeredBy: 1)
      if outcome == .added { added += 1 }
    }
    return added
  }
  Figure(row: row, measure: "keep one more in a full table", value: keeping, unit: "ns").report()
  let looking = nanoseconds(steps: 1_000) {
    for _ in 0..<1_000 { table.expire(now: at(100)) }
    return 1_000
  }
  Figure(row: row, measure: "look for expired ones where there are none", value: looking, unit: "ns").report()
}

// MARK: - Parts

private func at(_ seconds: Int64) -> Timestamp { HeldFrames.someTime.adding(seconds: seconds) }

/// Nanoseconds for each of `steps`, the best of five times; `body` tells how many were answered as they should be.
private func nanoseconds(steps: Int, _ body: () -> Int) -> Double {
  var fastest = Fastest()
  for _ in 0..<5 {
    fastest.run {
      let done = body()
      if done != steps { fail("\(done) of \(steps) steps were answered as they should be") }
    }
  }
  return fastest.nanoseconds(for: steps)
}

private func nanosecondsToFind(_ addresses: [IPAddress], in table: inout AddressTable) -> Double {
  nanoseconds(steps: addresses.count) {
    var found = 0
    for address in addresses where table.find(address, now: at(1)) != nil { found += 1 }
    return found
  }
}

/// So many ranges in the upper half of IPv4, none of which touches another, of no length that a mask has.
private func apartRanges(_ count: Int) -> [AddressRange] {
  let step = UInt64(1) << 31 / UInt64(count)
  return (0..<count).compactMap { place in
    let first = UInt32(truncatingIfNeeded: 1 << 31 + UInt64(place) * step)
    return AddressRange(first: IPAddress(v4: first), last: IPAddress(v4: first + UInt32(truncatingIfNeeded: step / 2)))
  }
}

private func someAddresses(in ranges: [AddressRange], _ numbers: inout Numbers) -> [IPAddress] {
  (0..<lookups).map { _ in
    let range = ranges[Int(numbers.next() % UInt64(ranges.count))]
    return IPAddress(high: range.first.high, low: range.first.low &+ numbers.next() % 16)
  }
}
