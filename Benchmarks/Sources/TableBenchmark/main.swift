// Measures an address table at the sizes that hurt.
//
//   TableBenchmark [RUNS]
//
// Prints nanoseconds a step, best and median of RUNS: looking addresses up among single ones, among ranges, and among both;
// entering and refreshing addresses that all have durations of their own; letting them expire; putting one more range among
// many. Every answer is counted and checked, so nothing is measured that does not do its work. docs/Benchmarks.md records
// the figures.

import Foundation
import SentryPacket
import SentryState

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(1)
}

/// The same numbers every time (S. Vigna, splitmix64).
struct Numbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

let runs = CommandLine.arguments.count > 1 ? max(1, Int(CommandLine.arguments[1]) ?? 5) : 5

/// Nanoseconds for each of `steps`, best and median of the runs.
@MainActor
func measure(_ name: String, steps: Int, _ body: () -> Int) {
  let nanoseconds = (0..<runs).map { _ in
    let start = ContinuousClock.now
    let done = body()
    let elapsed = ContinuousClock.now - start
    if done != steps { fail("\(name): \(done) of \(steps) steps were answered as they should be") }
    return Double(elapsed.components.seconds) * 1e9 + Double(elapsed.components.attoseconds) * 1e-9
  }.sorted()
  print(
    name.padding(toLength: 62, withPad: " ", startingAt: 0)
      + String(
        format: "best %9.1f ns   median %9.1f ns", nanoseconds[0] / Double(steps),
        nanoseconds[runs / 2] / Double(steps)))
}

func at(_ seconds: Int64) -> Timestamp {
  Timestamp(nanoseconds: (1_700_000_000 + seconds) * Timestamp.nanosecondsPerSecond)
}

func single(_ address: IPAddress, _ duration: AddressDuration) -> AddressAddition {
  AddressAddition(range: AddressRange(prefix: address, length: 128), duration: duration, triggeredBy: 1)
}

func anonymousMemoryKiB() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") } ?? ""
  return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
}

// MARK: Lookups

let lookups = 1_000_000

/// Every 40th /26 or so of the upper half of IPv4, `count` in all: no range touches another.
func apartRanges(_ count: Int) -> [AddressRange] {
  let step = UInt64(1) << 31 / UInt64(count)
  return (0..<count).compactMap { place in
    let first = UInt32(truncatingIfNeeded: 1 << 31 + UInt64(place) * step)
    return AddressRange(first: IPAddress(v4: first), last: IPAddress(v4: first + UInt32(truncatingIfNeeded: step / 2)))
  }
}

/// 2001:db8::/32 cut into nets of 64 bits, `count` of them.
func ipv6Nets(_ count: Int) -> [AddressRange] {
  (0..<count).map { AddressRange(prefix: IPAddress(high: 0x2001_0db8_0000_0000 | UInt64($0) << 8, low: 0), length: 60) }
}

func someAddresses(in ranges: [AddressRange], _ numbers: inout Numbers) -> [IPAddress] {
  (0..<lookups).map { _ in
    let range = ranges[Int(numbers.next() % UInt64(ranges.count))]
    return IPAddress(high: range.first.high, low: range.first.low &+ numbers.next() % 16)
  }
}

func additions(_ ranges: [AddressRange]) -> [AddressAddition] {
  ranges.map { AddressAddition(range: $0, duration: .unlimited, triggeredBy: 1) }
}

@MainActor
func measureLookups() {
  var numbers = Numbers(seed: 1)
  let hosts = (0..<1_000_000).map { _ in IPAddress(v4: UInt32(truncatingIfNeeded: numbers.next()) >> 1) }
  let known = (0..<lookups).map { _ in hosts[Int(numbers.next() % UInt64(hosts.count))] }
  let ranges = apartRanges(100_000)
  let inRanges = someAddresses(in: ranges, &numbers)
  let nets = ipv6Nets(100_000)
  let inNets = someAddresses(in: nets, &numbers)

  func find(_ addresses: [IPAddress], _ table: inout AddressTable) -> Int {
    var found = 0
    for address in addresses where table.find(address, now: at(1)) != nil { found += 1 }
    return found
  }

  let before = anonymousMemoryKiB()
  var full = AddressTable(capacity: 1_048_576)
  for host in hosts { _ = full.keep(host, now: at(0), duration: .unlimited, triggeredBy: 1) }
  // The hosts' own memory must not be given back meanwhile.
  let bytes = withExtendedLifetime(hosts) { Double(anonymousMemoryKiB() - before) * 1024 / Double(full.count) }
  print(String(format: "%.1f bytes an address, of %d", bytes, full.count))

  var only = AddressTable(capacity: 1_048_576)
  only.add(additions(ranges), now: at(0))
  measure("find in 100,000 IPv4 ranges", steps: lookups) { find(inRanges, &only) }
  only.removeAll()
  only.add(additions(nets), now: at(0))
  measure("find in 100,000 IPv6 nets", steps: lookups) { find(inNets, &only) }

  measure("find in 1,000,000 addresses", steps: lookups) { find(known, &full) }
  full.add(additions(ranges), now: at(0))
  measure("find an address, 100,000 ranges besides", steps: lookups) { find(known, &full) }
  measure("find in 100,000 ranges, 1,000,000 addresses besides", steps: lookups) { find(inRanges, &full) }
  var next: UInt32 = 0
  measure("add one range to 100,000", steps: 1) {
    next += 1
    return full.add(additions([AddressRange(prefix: IPAddress(v4: next << 8), length: 120)]), now: at(1))
  }
}

// MARK: Durations

@MainActor
func measureDurations(_ count: Int) {
  var numbers = Numbers(seed: 2)
  let hosts = (0..<count).map { _ in IPAddress(v4: UInt32(truncatingIfNeeded: numbers.next())) }
  let unique = Array(Set(hosts))
  let entries = unique.enumerated().map { single($1, AddressDuration(seconds: 1_000 + UInt32($0))) }
  let shuffled = (0..<10_000).map { _ in unique[Int(numbers.next() % UInt64(unique.count))] }
  let title = "of \(unique.count) durations"

  var table = AddressTable(capacity: unique.count)
  measure("enter \(title)", steps: entries.count) {
    table.removeAll()
    return table.add(entries, now: at(0))
  }
  var second: Int64 = 0
  measure("find and hit \(title)", steps: shuffled.count) {
    var found = 0
    second += 1
    for address in shuffled {
      guard let slot = table.find(address, now: at(second)) else { continue }
      table.hit(slot, now: at(second))
      found += 1
    }
    return found
  }
  var next: UInt32 = 0
  measure("keep one more in a full table \(title)", steps: 1_000) {
    var added = 0
    for _ in 0..<1_000 {
      next += 1
      let address = IPAddress(high: 0x2001_0db8_0000_0000, low: UInt64(next))
      if table.keep(address, now: at(100), duration: AddressDuration(seconds: 600), triggeredBy: 1) == .added {
        added += 1
      }
    }
    return added
  }
  measure("expire where nothing is due \(title)", steps: 1) {
    table.expire(now: at(100))
    return 1
  }
}

measureLookups()
for count in [100, 10_000, 60_000] { measureDurations(count) }
