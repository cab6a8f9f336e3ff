import SentryEngine
import SentryPacket
import SentryState
import Testing

private let includeTrigger = rule("Include", "==", "trigger", then: "Delete")

/// Addresses that people enter between two packets, as rules see them.
@Suite struct EnteredAddressesTests {
  private func additions(_ texts: String...) throws -> [AddressAddition] {
    try texts.map { AddressAddition(range: try AddressRange($0), duration: .unlimited, triggeredBy: 0) }
  }

  @Test func includeFindsRangesAndCountsThem() throws {
    var bench = try Bench(includeTrigger)
    _ = bench.judge(udp(), at: 0)
    let change = bench.engine.add(try additions("203.0.113.0-203.0.113.10"), to: .trigger)
    #expect(change == TableChange(added: 1))
    #expect(bench.judge(udp(from: "203.0.113.10"), at: 1).verdict == .delete)
    #expect(bench.judge(udp(from: "203.0.113.11"), at: 1).verdict == .pass)
    #expect(bench.entries(.trigger).map(\.matchCount) == [1])
    #expect(bench.entries(.trigger).map(\.lastTime) == [Bench.time(1)])
  }

  @Test func theCountOfARangeIsAskedByItsChildren() throws {
    var bench = try Bench(
      rule(
        "Include", "==", "address", then: "->", rule("Parent match count", ">=", "3", then: "Reject")))
    _ = bench.judge(udp(), at: 0)
    _ = bench.engine.add(try additions("203.0.113.0/24"), to: .address)
    let verdicts = (1...4).map { bench.judge(udp(from: "203.0.113.\($0)"), at: 1).verdict }
    #expect(verdicts == [.pass, .pass, .reject, .reject])
  }

  @Test func removedAndClearedAddressesPass() throws {
    var bench = try Bench(includeTrigger)
    _ = bench.judge(udp(), at: 0)
    _ = bench.engine.add(try additions("203.0.113.0/24", "203.0.113.9"), to: .trigger)
    #expect(
      bench.engine.remove([try AddressRange("203.0.113.9"), try AddressRange("203.0.113.0/25")], from: .trigger)
        == [true, false])
    #expect(bench.judge(udp(), at: 1).verdict == .delete)
    #expect(bench.engine.clear(.trigger) == 1)
    #expect(bench.judge(udp(), at: 2).verdict == .pass)
  }

  @Test func aListAndATableAreTheSame() throws {
    var bench = try Bench(includeTrigger)
    _ = bench.judge(udp(), at: 0)
    let list = AddressList(
      reading: Array("192.0.2.1\ttrigger\tme\t3\n192.0.2.0/24\tinvalid\tyou\t0\n192.0.2.2\ttrigger\tme\t61s\n".utf8),
      defaults: AddressList.Defaults(duration: .unlimited))
    for (table, additions) in list.additions(labels: bench.labels, atMost: 1) {
      _ = bench.engine.add(additions, to: table)
    }
    var exported = AddressList([])
    for table in [.trigger, .invalid] as [AddressTableKind] {
      exported.append(bench.entries(table), of: table, labels: bench.labels)
    }
    #expect(Set(exported.entries) == Set(list.entries))
  }
}
