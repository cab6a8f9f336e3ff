import Foundation
import SentryCapture
import SentryEngine
import SentryPacket
import SentryProcesses
import SentryRules
import SentryTestSupport
import Testing

@testable import SentryService

/// The desk with stand-ins for the process that answers, and a clock moved by hand.
@Suite struct OwnerDeskTests {
  private final class Bench {
    let desk: OwnerDesk
    let engine: Engine
    /// The number of each packet that was released, with the user it was found to be of.
    var released: [String] = []

    init(_ command: HelperCommand, rules: String = "User") throws {
      desk = OwnerDesk(try Self.program(rules), command: command)
      let nothing = LoadedRules(try #require(RuleDocument(reading: "()").ruleSet), labels: RuleLabels())
      let interface = EngineInterface(name: "eth0", in: nothing.ruleSet)
      engine = Engine(rules: nothing, interfaces: [interface], local: AddressSpans(), eventCapacity: 0)
      _ = desk.startIfDue(now: Self.at(0))
    }

    static func program(_ property: String, _ value: String = "0") throws -> SentryRules.Program {
      let text = "( { enabled = 1; propertyName = \(property); propertyValue = \"\(value)\"; } )"
      return try #require(RuleDocument(reading: text).ruleSet).program()
    }

    static func at(_ milliseconds: Int64) -> Timestamp {
      Timestamp(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
    }

    /// A packet to somebody, by its number; each flow has a port of its own.
    func arrive(_ number: UInt64, flow: UInt16, at milliseconds: Int64, flags: Frame.TCPFlags = .syn) -> Bool {
      let frame = Frame.tcp(from: "198.51.100.7", 40_000 + flow, to: "203.0.113.9", 443, flags: flags, link: .raw)
      var origin = PacketOrigin(interface: 0, direction: .outbound)
      let header = FrameHeader(number: number, time: Self.at(milliseconds), wireLength: frame.count)
      return desk.complete(
        &origin, of: frame.span.bytes, .raw, wireLength: frame.count, .captured(.raw, header),
        engine, interface: { 0 }, now: Self.at(milliseconds)) == .isJudged
    }

    func release(at milliseconds: Int64) {
      desk.release(now: Self.at(milliseconds)) { bytes, packet in
        guard case .captured(_, let header) = packet.way else { return }
        #expect(header.wireLength == bytes.byteCount)
        released.append("\(header.number): \(packet.origin.owner.user.map { "\($0)" } ?? "nobody")")
      }
    }
  }

  /// Reads nothing, says nothing.
  private static func silent() throws -> HelperCommand {
    .init(path: try SentryTestSupport.Program("sleep").path, arguments: ["sleep", "600"])
  }

  private static func ending() throws -> HelperCommand {
    .init(path: try SentryTestSupport.Program("true").path, arguments: ["true"])
  }

  private static func real() throws -> HelperCommand {
    .init(path: try SentryTestSupport.Program.sentry.path, arguments: ["sentry", "owner-lookup"])
  }

  @Test func packetsOfAFlowWaitTogetherAndNoLongerThanItsFirst() throws {
    let bench = try Bench(Self.silent())
    #expect(!bench.arrive(1, flow: 1, at: 0))
    #expect(!bench.arrive(2, flow: 2, at: 200))
    #expect(!bench.arrive(3, flow: 1, at: 400, flags: .ack))
    #expect(bench.desk.nanosecondsToWork(now: Bench.at(400)) == 100_000_000)
    bench.desk.giveUpOverdue(now: Bench.at(499))
    bench.release(at: 499)
    #expect(bench.released == [])
    bench.desk.giveUpOverdue(now: Bench.at(500))
    bench.release(at: 500)
    #expect(bench.released == ["1: nobody", "3: nobody"])
    #expect(bench.desk.nanosecondsToWork(now: Bench.at(500)) == 200_000_000)
    bench.desk.giveUpOverdue(now: Bench.at(700))
    bench.release(at: 700)
    #expect(bench.released == ["1: nobody", "3: nobody", "2: nobody"])
    #expect(bench.desk.nanosecondsToWork(now: Bench.at(700)) == nil)
    #expect(bench.desk.snapshot().counts.unanswered == 2)
    #expect(bench.desk.snapshot().waiting == 0)
  }

  /// What was given up is nobody's for a second; then it is asked again.
  @Test func givenUpFlowsDoNotWaitAgainAtOnce() throws {
    let bench = try Bench(Self.silent())
    #expect(!bench.arrive(1, flow: 1, at: 0))
    bench.desk.giveUpOverdue(now: Bench.at(500))
    #expect(bench.arrive(2, flow: 1, at: 600, flags: .ack))
    #expect(!bench.arrive(3, flow: 1, at: 1_500, flags: .ack))
    #expect(bench.desk.snapshot().counts.lookups == 2)
  }

  @Test func switchingOffLetsAllGo() throws {
    let bench = try Bench(Self.silent())
    for number in 1...5 as ClosedRange<UInt64> { #expect(!bench.arrive(number, flow: UInt16(number), at: 0)) }
    bench.desk.giveUpAll(now: Bench.at(1))
    bench.release(at: 1)
    #expect(bench.released == (1...5).map { "\($0): nobody" })
  }

  @Test func moreThanAThousandAtOnceGoOnUnasked() throws {
    let bench = try Bench(Self.silent())
    let waiting = (1...1_100 as ClosedRange<UInt16>).count { !bench.arrive(UInt64($0), flow: $0, at: 0) }
    // The socket between the two may hold fewer.
    #expect((100...1_024).contains(waiting))
    #expect(bench.desk.snapshot().counts.unanswered == UInt64(1_100 - waiting))
    bench.desk.giveUpAll(now: Bench.at(1))
    bench.release(at: 1)
    #expect(bench.released.count == waiting)
  }

  @Test(arguments: [("outbound", false), ("inbound", true)])
  func onlyPacketsThatRulesAskAboutWait(direction: String, goesOn: Bool) throws {
    let bench = try Bench(Self.silent())
    let text = """
      ( { enabled = 1; propertyName = Direction; propertyValue = \(direction); children = (
            { enabled = 1; propertyName = User; propertyValue = 0; } ); } )
      """
    bench.desk.follow(try #require(RuleDocument(reading: text).ruleSet).program())
    #expect(bench.arrive(1, flow: 1, at: 0) == goesOn)
  }

  @Test func otherPacketsAreNotAskedAbout() throws {
    let bench = try Bench(Self.silent())
    let frame = Frame.icmp(from: "198.51.100.7", to: "203.0.113.9", type: 8, link: .raw)
    var origin = PacketOrigin(interface: 0, direction: .outbound)
    let header = FrameHeader(number: 1, time: Bench.at(0), wireLength: frame.count)
    #expect(
      bench.desk.complete(
        &origin, of: frame.span.bytes, .raw, wireLength: frame.count, .captured(.raw, header),
        bench.engine, interface: { 0 }, now: Bench.at(0)) == .isJudged)
    #expect(origin.owner == PacketOwner())
    #expect(bench.desk.snapshot().counts.lookups == 0)
  }

  @Test(.timeLimit(.minutes(12))) func whatEndsIsStartedAgainAfterGrowingPauses() async throws {
    let bench = try Bench(Self.ending())
    var now: Int64 = 0
    for pause in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] as [Int64] {
      try await waitUntil("its end is noticed") { !bench.desk.receive(now: Bench.at(now)) }
      bench.desk.lose(now: Bench.at(now))
      #expect(bench.desk.descriptor == nil)
      #expect(bench.arrive(1, flow: 1, at: now), "nobody is there to ask")
      #expect(bench.desk.nanosecondsToWork(now: Bench.at(now)) == pause * 1_000_000)
      #expect(!bench.desk.startIfDue(now: Bench.at(now + pause - 1)))
      #expect(bench.desk.startIfDue(now: Bench.at(now + pause)))
      now += pause
    }
    #expect(bench.desk.snapshot().losses == 8)
  }

  @Test func whatDoesNotAnswerIsStartedAgain() throws {
    let bench = try Bench(Self.silent())
    let silent = try #require(bench.desk.snapshot().process)
    #expect(!bench.arrive(1, flow: 1, at: 0))
    bench.desk.giveUpOverdue(now: Bench.at(9_999))
    #expect(!bench.desk.isStuck(now: Bench.at(9_999)))
    #expect(bench.desk.isStuck(now: Bench.at(10_000)))
    bench.desk.lose(now: Bench.at(10_000))
    #expect(bench.desk.snapshot().problem == "it did not answer")
    #expect(!bench.desk.isStuck(now: Bench.at(20_000)))
    #expect(bench.desk.startIfDue(now: Bench.at(11_000)))
    #expect(try #require(bench.desk.snapshot().process) != silent)
    #expect(!bench.arrive(2, flow: 2, at: 11_000))
  }

  @Test func whatCannotBeStartedIsSaid() throws {
    let bench = try Bench(.init(path: "/nowhere/sentry", arguments: ["sentry"]))
    let snapshot = bench.desk.snapshot()
    #expect(snapshot.process == nil)
    #expect(snapshot.problem == "posix_spawn: No such file or directory")
    #expect(bench.arrive(1, flow: 1, at: 0))
  }

  /// 198.51.100.7 is not ours, so the answer is that nobody is.
  @Test(.enabled(if: SentryTestSupport.Program.sentry.isThere, "needs the built program"))
  func anAnswerReleasesTheFlowInItsOrder() throws {
    let bench = try Bench(Self.real())
    #expect(!bench.arrive(1, flow: 1, at: 0))
    #expect(!bench.arrive(2, flow: 1, at: 0, flags: .ack))
    try waitOnThread("the answer has come") {
      #expect(bench.desk.receive(now: Bench.at(1)))
      return bench.desk.snapshot().counts.answers == 1
    }
    bench.release(at: 1)
    #expect(bench.released == ["1: nobody", "2: nobody"])
    #expect(bench.desk.snapshot().counts.unanswered == 0)
    #expect(bench.arrive(3, flow: 1, at: 2, flags: .ack), "what is known need not wait")
  }

  @Test(.enabled(if: SentryTestSupport.Program.sentry.isThere, "needs the built program"))
  func rulesWithOtherNamesAskAnew() throws {
    let bench = try Bench(Self.real(), rules: "Application")
    #expect(!bench.arrive(1, flow: 1, at: 0))
    try waitOnThread("the answer has come") {
      #expect(bench.desk.receive(now: Bench.at(1)))
      return bench.desk.snapshot().counts.answers == 1
    }
    bench.release(at: 1)
    bench.desk.follow(try Bench.program("Application", "0"))
    #expect(bench.arrive(2, flow: 1, at: 2, flags: .ack))
    bench.desk.follow(try Bench.program("Application", "curl"))
    #expect(!bench.arrive(3, flow: 1, at: 3, flags: .ack))
  }
}
