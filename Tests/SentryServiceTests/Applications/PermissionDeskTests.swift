import SentryCapture
import SentryEngine
import SentryPacket
import SentryProcesses
import SentryRules
import SentryState
import SentryTestSupport
import Testing

@testable import SentryService

/// The packet thread's end of it, with answers made by hand.
@Suite struct PermissionDeskTests {
  private final class Bench {
    let book = ApplicationBook()
    let desk: PermissionDesk
    private let path = Array("/usr/bin/curl".utf8)
    private(set) var released: [String] = []
    var isWorthAsking = true

    private(set) var dropped = 0

    init(_ policy: ApplicationSettings? = ApplicationSettings(), drops: Bool = false) throws {
      let text = #"( { enabled = 1; propertyName = "Application permission"; propertyValue = denied; } )"#
      desk = PermissionDesk(try #require(RuleDocument(reading: text).ruleSet).program(), policy, book, drops: drops)
    }

    /// What is known of a flow of curl once its owner was found.
    func find(_ opening: Direction? = .outbound, listens: Bool = false, inode: UInt64 = 1) -> (
      program: OwnerTable.Program, permission: ApplicationPermission?
    ) {
      let identity = ExecutableIdentity(device: 1, inode: inode, size: 3, modified: 4, changed: 5)
      let answer = OwnerAnswer(
        number: 1, outcome: .process, user: 7, process: 90, identity: identity, listens: listens)
      return path.withRawSpan { bytes in
        desk.knowledge(of: book.number(of: bytes, identity), bytes, answer, question(.outbound, opening))
      }
    }

    private func question(
      _ direction: Direction, _ opening: Direction?, over protocolNumber: UInt8 = IPProtocol.tcp
    ) -> OwnerQuestions.Question {
      OwnerQuestions.Question(
        number: 1, flow: flow(1, protocolNumber), time: Timestamp(seconds: 0), direction: direction, opening: opening)
    }

    private func flow(_ port: UInt16, _ protocolNumber: UInt8 = IPProtocol.tcp) -> LocalFlow {
      LocalFlow(
        local: IPAddress(v4: 1), port, remote: IPAddress(v4: 2), 443, protocolNumber: protocolNumber)
    }

    /// What holds for a flow of which no program was found.
    func fail(
      _ outcome: OwnerAnswer.Outcome, user: UInt32?, _ direction: Direction, _ opening: Direction?,
      over protocolNumber: UInt8 = IPProtocol.tcp
    ) -> ApplicationPermission? {
      let nothing: [UInt8] = []
      return nothing.withRawSpan { bytes in
        desk.knowledge(
          of: 0, bytes, OwnerAnswer(number: 1, outcome: outcome, user: user),
          question(direction, opening, over: protocolNumber)
        ).permission
      }
    }

    func hold(
      _ number: UInt8, port: UInt16 = 1, over protocolNumber: UInt8 = IPProtocol.tcp, _ program: OwnerTable.Program,
      at seconds: Int64 = 0
    ) -> Bool { step(number, port: port, over: protocolNumber, program, at: seconds) == .waits }

    func step(
      _ number: UInt8, port: UInt16 = 1, over protocolNumber: UInt8 = IPProtocol.tcp, _ program: OwnerTable.Program,
      at seconds: Int64 = 0
    ) -> OwnerDesk.Step {
      var packet = OwnerlessPacket(
        way: .captured(.raw, FrameHeader(number: 1, time: Timestamp(seconds: 0), wireLength: 1)),
        origin: PacketOrigin(interface: 0), flow: flow(port, protocolNumber), question: 0)
      packet.origin.owner.user = 1_000 + UInt32(port) / 200
      return [number].withRawSpan { desk.hold($0, &packet, program, now: Timestamp(seconds: seconds)) }
    }

    func release(at seconds: Int64 = 0) {
      desk.release(now: Timestamp(seconds: seconds), isWorthAsking: { _, _, _ in self.isWorthAsking }) { _ in
        dropped += 1
      } _: { bytes, packet in
        released.append("\(bytes.wire8(at: 0) ?? 0) \(packet.origin.owner.permission?.name ?? "-")")
      }
    }

    func decide(_ permission: ApplicationPermission?) {
      book.setPermission(
        ProgramPermission(everybody: .init(inbound: permission, outbound: permission)), of: book.latest)
      desk.review()
      release()
    }

    /// `met 1`, `waits 1 outbound`, `passed over`.
    func notices() -> [String] {
      desk.takeNotices().map { notice in
        switch notice {
        case .met(let program): "met \(program.number)"
        case .waits(let connection): "waits \(connection.program) \(connection.direction)"
        case .passedOver: "passed over"
        case .abandoned: "abandoned"
        }
      }
    }
  }

  @Test func aProgramIsReportedOnceAndWaits() throws {
    let bench = try Bench()
    let (program, permission) = bench.find()
    #expect(program.isUndecided && program.process == 90 && permission == nil)
    #expect(bench.find().program.isUndecided)
    #expect(bench.notices() == ["met 1"])
    #expect(bench.hold(1, program) && bench.hold(2, port: 2, program))
    bench.release()
    #expect(bench.released.isEmpty && bench.notices().isEmpty, "nobody is asked before it is told what it may do")
    bench.decide(.allowed)
    #expect(bench.released == ["1 allowed", "2 allowed"])
    #expect(bench.find().permission == .allowed)
    #expect(bench.find(inode: 2).program.isUndecided, "another file at its path is another program")
  }

  @Test func oneQuestionStandsForAllConnectionsOfAWay() throws {
    let bench = try Bench()
    let program = bench.find().program
    #expect(bench.hold(1, program) && bench.hold(2, port: 2, program))
    bench.decide(nil)
    #expect(bench.hold(3, port: 3, bench.find(.inbound).program))
    bench.release()
    #expect(bench.notices() == ["met 1", "waits 1 outbound", "waits 1 inbound"])
    #expect(bench.released.isEmpty)
    bench.decide(.denied)
    #expect(bench.released == ["1 denied", "2 denied", "3 denied"])
  }

  @Test func nobodyIsAskedForNothing() throws {
    let bench = try Bench()
    bench.isWorthAsking = false
    #expect(bench.hold(1, bench.find().program))
    bench.decide(nil)
    #expect(bench.released == ["1 allowed"], "so that the other rules have their say")
    #expect(bench.notices() == ["met 1"])
  }

  /// `otherwise` is said of questions; where none are asked, `unknown` holds.
  @Test(
    arguments: [
      (.allow, .deny, "allowed"), (.deny, .allow, "denied"), (.ask, .deny, "denied"), (.ask, .allow, "allowed"),
    ] as [(ApplicationSettings.Unknown, ApplicationSettings.Otherwise, String)])
  func whatCannotWaitIsJudgedAsTheSettingsSay(
    _ unknown: ApplicationSettings.Unknown, _ otherwise: ApplicationSettings.Otherwise, _ expected: String
  ) throws {
    var policy = ApplicationSettings()
    (policy.unknown, policy.otherwise) = (unknown, otherwise)
    let bench = try Bench(policy)
    #expect(bench.hold(1, bench.find().program))
    bench.desk.giveUpAll(mayDrop: true)
    bench.release()
    #expect(bench.released == ["1 \(expected)"])
  }

  /// Whoever has begun it: the kernel sends no datagram again.
  @Test func aDatagramIsSomebodys() throws {
    let bench = try Bench()
    #expect(bench.fail(.noSocket, user: nil, .outbound, .inbound, over: IPProtocol.udp) == .denied)
    #expect(bench.fail(.noSocket, user: nil, .inbound, .outbound, over: IPProtocol.udp) == nil)
    #expect(bench.fail(.noSocket, user: nil, .inbound, .inbound, over: IPProtocol.udp) == nil)
  }

  /// Thirty seconds for people, five for the daemon itself.
  @Test func nothingWaitsForEver() throws {
    let bench = try Bench()
    #expect(bench.hold(1, bench.find().program))
    bench.release()
    #expect(bench.desk.nanosecondsToWork(now: Timestamp(seconds: 10)) == 25_000_000_000)
    bench.release(at: 34)
    #expect(bench.released.isEmpty)
    bench.release(at: 35)
    #expect(bench.released == ["1 denied"])
    #expect(bench.notices() == ["met 1", "passed over"])
    _ = bench.find()
    #expect(bench.notices() == ["met 1"], "it is told again")
  }

  @Test func thereIsRoomForSoMany() throws {
    let bench = try Bench()
    let program = bench.find().program
    let ofOneFlow = (0..<100).count { bench.hold(UInt8($0), program) }
    #expect(ofOneFlow == UndecidedPackets.limitOfFlow)
    let others = (2..<1_000 as Range<UInt16>).count { bench.hold(0, port: $0, program) }
    #expect(ofOneFlow + others == UndecidedPackets.limit)
    bench.desk.giveUpAll(mayDrop: true)
    bench.release()
    #expect(bench.released.count == UndecidedPackets.limit)
    #expect(bench.desk.waitingCount == 0)
  }

  /// What TCP sends again is dropped where it would be refused only because nothing is known now.
  @Test func whatIsSentAgainIsNotRefused() throws {
    let bench = try Bench(drops: true)
    let program = bench.find().program
    for number in 0..<UInt8(UndecidedPackets.limitOfFlow) { #expect(bench.hold(number, program)) }
    #expect(bench.step(64, program) == .isDropped)
    #expect(bench.step(65, port: 2, over: IPProtocol.udp, program) == .waits)
    bench.desk.giveUpAll(mayDrop: true)
    bench.release()
    #expect(bench.dropped == UndecidedPackets.limitOfFlow && bench.released == ["65 denied"])
    #expect(bench.hold(1, program))
    bench.desk.giveUpAll(mayDrop: false)
    bench.release()
    #expect(bench.released.last == "1 denied")
  }

  /// Flows of this host whose program was not found are those of an unknown one. What has no program passes.
  @Test(arguments: [
    Unfound("the kernel's own socket", .noProcess, user: 0, .outbound, .outbound, nil),
    Unfound("a socket that is kept where nobody sees it", .noProcess, user: 7, .outbound, .outbound, .denied),
    Unfound("likewise, of an older connection", .noProcess, user: 7, .outbound, nil, .denied),
    Unfound("likewise, one that listens", .noProcess, user: 7, .inbound, .inbound, .denied),
    Unfound("a process that is not ours to see", .hidden, user: 7, .outbound, nil, .denied),
    Unfound("a datagram whose socket was closed", .noSocket, .outbound, .outbound, .denied),
    Unfound("a connection to a closed port", .noSocket, .inbound, .inbound, nil),
    Unfound("a late answer to nobody", .noSocket, .inbound, .outbound, nil),
    Unfound("a late packet of a closed connection", .closed, user: 7, .outbound, nil, nil),
    Unfound("a socket that is being closed and opens", .closed, user: 7, .outbound, .outbound, .denied),
    Unfound("a forwarded packet", .notLocal, .outbound, .outbound, nil),
    Unfound("a kernel that tells nothing", .notSupported, .outbound, .outbound, .denied),
    Unfound("a program whose path means nothing here", .process, user: 7, .outbound, .outbound, .denied),
  ])
  private func whatIsNotFound(_ unfound: Unfound) throws {
    let bench = try Bench()
    #expect(bench.fail(unfound.outcome, user: unfound.user, unfound.direction, unfound.opening) == unfound.expected)
    let remark = bench.desk.unfound.takeRemark(nanoseconds: 0)
    #expect((remark != nil) == (unfound.expected == .denied))
    let open = try Bench(nil)
    #expect(open.fail(.noProcess, user: 7, .outbound, .outbound) == .unknown, "without settings nothing is decided")
  }

  @Test func whatIsNotFoundIsToldOnceAMinute() throws {
    let bench = try Bench()
    func fail() { _ = bench.fail(.process, user: 7, .outbound, .outbound) }
    fail()
    #expect(bench.desk.unfound.takeRemark(nanoseconds: 1)?.contains("1 of executables") == true)
    for _ in 1...3 { fail() }
    #expect(bench.desk.unfound.takeRemark(nanoseconds: 60_000_000_000) == nil)
    #expect(bench.desk.unfound.takeRemark(nanoseconds: 60_000_000_001)?.contains("3 of executables") == true)
    #expect(bench.desk.unfound.takeRemark(nanoseconds: 600_000_000_000) == nil)
  }

  private struct Unfound: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let outcome: OwnerAnswer.Outcome
    let user: UInt32?
    let direction: Direction
    let opening: Direction?
    let expected: ApplicationPermission?

    init(
      _ what: String, _ outcome: OwnerAnswer.Outcome, user: UInt32? = nil, _ direction: Direction,
      _ opening: Direction?, _ expected: ApplicationPermission?
    ) {
      testDescription = what
      (self.outcome, self.user, self.direction) = (outcome, user, direction)
      (self.opening, self.expected) = (opening, expected)
    }
  }

  @Test(arguments: [(true, Direction.inbound), (false, .outbound)])
  func whoListensWasConnectedTo(_ listens: Bool, _ expected: Direction) throws {
    #expect(try Bench().find(nil, listens: listens).program.opening == expected)
  }
}
