@testable import SentryEngine
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

/// Ways through the rules that are kept for packets alike. The bench compares each packet with the plain evaluator, which keeps
/// nothing.
@Suite struct PathTests {
  private static let ports = [
    rule("Dest port", "==", "22", then: "Pass"),
    rule("Dest port", "==", "1000-2000", then: "Delete"),
    rule("Include", "==", "trigger", then: "Delete"),
  ]

  @Test func aClassThatIsSeenAgainGetsAPath() throws {
    var bench = try Bench(Self.ports[0], Self.ports[1], Self.ports[2])
    for port: UInt16 in [1000, 1500, 2000, 1001] { #expect(bench.judge(tcp(port: port)).verdict == .delete) }
    #expect(bench.engine.paths.history.written == 1)
    #expect(bench.counts("2") == [4])
  }

  @Test func whatChangesMeanwhileIsNoticed() throws {
    var bench = try Bench(Self.ports[0], Self.ports[1], Self.ports[2])
    for _ in 0..<4 { #expect(bench.judge(tcp(port: 80)).verdict == .pass) }
    let stranger = try #require(IPAddress(Bench.stranger))
    let entry = AddressAddition(
      range: AddressRange(prefix: stranger, length: 128), duration: .unlimited, triggeredBy: 0)
    _ = bench.engine.add([entry], to: .trigger)
    #expect(bench.judge(tcp(port: 80)).verdict == .delete)
    #expect(bench.engine.paths.history.left == 1 && bench.counts("3") == [1])
  }

  @Test func countsAreThereAtAnyTime() throws {
    var bench = try Bench(rule("Any", then: "->"), Self.ports[1])
    for count in 1...5 {
      _ = bench.judge(tcp(port: 1000), at: Double(count) / 10)
      #expect(bench.counts("1", "2") == [UInt64(count), UInt64(count)])
    }
    bench.advance(to: 1)
    #expect(try bench.counters("2").matchDelta == 5)
    bench.advance(to: 2)
    #expect(try bench.counters("2").matchDelta == 0)
  }

  @Test func longWaysAreWalkedEachTime() throws {
    let rules = (0...PathDraft.most).map { rule("Dest port", ">=", "\($0)", then: "->") }
    var bench = try Bench(document: "{ rules = ( \(rules.joined(separator: ", ")) ); }")
    for _ in 0..<4 { _ = bench.judge(tcp(port: 80)) }
    #expect(bench.engine.paths.history.tooLong == 1 && bench.engine.paths.history.written == 0)
    #expect(bench.counts("1", "49") == [4, 4])
  }

  /// Nobody may be able to write a document that stops the program.
  @Test func everyPortMayBeToldApart() {
    let steps = stride(from: UInt64(1), through: 65_535, by: 2).map { port in
      Step(
        Program.Instruction(
          test: .number(.destinationPort, port...port), isNegated: false, operation: .next, rule: 0, parent: -1,
          afterMatch: 0, afterSubtree: 0))
    }
    let classes = PacketClasses(of: steps)
    func key(_ port: UInt64) -> PacketClasses.Key {
      var key = PacketClasses.Key()
      for part in classes.many { classes.add(part, port, to: &key) }
      for part in classes.spread { classes.add(part, port, to: &key) }
      return key
    }
    #expect(classes.isComplete)
    #expect((UInt64(0)..<65_535).allSatisfy { key($0) != key($0 + 1) })
    #expect(key(PacketNumbers.absent) != key(65_535))
  }

  @Test func hundredsOfBreakpointsFitIntoAKey() throws {
    let (first, second) = ("Source MAC Address", "Dest MAC Address")
    let many = (0..<200).map { number in
      let address = "02:00:00:00:\(String(number / 16, radix: 16)):\(String(number % 16, radix: 16))"
      return rule(number % 2 == 0 ? first : second, "==", address, then: "->")
    }
    var bench = try Bench(document: "{ rules = ( \(many.joined(separator: ", ")) ); }")
    for _ in 0..<3 { _ = bench.judge(tcp(port: 80)) }
    #expect(bench.engine.paths.history.written == 1)
  }
}

/// Where intervals begin, by hand.
@Suite struct BreakpointsTests {
  @Test(arguments: [
    (0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (9, 2), (10, 3), (11, 4), (UInt64.max, 4),
  ])
  func aNumberLiesInItsInterval(number: UInt64, interval: Int) {
    let points = Breakpoints(of: [2...3, 10...10] as [ClosedRange<UInt64>])
    #expect(points.interval(of: number) == interval)
  }

  /// Against counting one by one, with breakpoints close together, far apart, and at both ends.
  @Test(arguments: [UInt64(0), 1, 2, 3]) func manyAreAnsweredLikeFew(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let ranges = (0..<500).map { number -> ClosedRange<UInt64> in
      let bits = UInt64.random(in: 1...63, using: &random)
      let first = UInt64.random(in: 0...(1 << bits), using: &random)
      return number == 0 ? 0 ... .max : first...(first + UInt64.random(in: 0...300, using: &random))
    }
    let points = Breakpoints(of: ranges)
    let starts = Set(ranges.flatMap { [$0.lowerBound] + ($0.upperBound < .max ? [$0.upperBound + 1] : []) })
      .subtracting([0])
    #expect(points.intervalCount == starts.count + 1)
    for start in starts {
      for number in [start - 1, start, start + 1] {
        #expect(points.interval(of: number) == starts.count { $0 <= number })
      }
    }
    #expect(points.interval(of: 0) == 0 && points.interval(of: .max) == starts.count)
  }
}
