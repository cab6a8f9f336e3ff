import SentryCapture
import SentryEngine
import SentryPacket
import SentryRules
import SentryTestSupport
import Testing

@testable import SentryService

/// A side of a bridge that remembers what was sent.
private final class ScriptedPort: FramePort {
  let mtu = 1_500
  let hardwareAddress: UInt64
  var sent: [[UInt8]] = []
  var outcome = Injection.sent

  init(hardwareAddress: UInt64) { self.hardwareAddress = hardwareAddress }

  func inject(_ frame: RawSpan) -> Injection {
    sent.append((0..<frame.byteCount).compactMap { frame.wire8(at: $0) })
    return outcome
  }
}

/// A bridge between two scripted ports, an engine in front of it, and a clock moved by hand.
private final class Bench {
  static let outside = 0
  static let inside = 1

  let ports = [ScriptedPort(hardwareAddress: 0x02_AA), ScriptedPort(hardwareAddress: 0x02_BB)]
  let bridge: Bridge
  var engine: Engine

  init(_ rules: String, settings: String = "", isDryRun: Bool = false) throws {
    let document = RuleDocument(reading: "{ rules = ( \(rules) ); settings = { \(settings) }; }")
    let ruleSet = try #require(document.ruleSet, "\(document.diagnostics.map(\.message))")
    bridge = Bridge(
      ports[0], ports[1], isDryRun: isDryRun, delayCapacity: ruleSet.settings.delayCapacity)
    engine = Engine(
      rules: LoadedRules(ruleSet, labels: RuleLabels()),
      interfaces: [EngineInterface(name: "out0"), EngineInterface(name: "in0", isExternal: false)])
  }

  func arrive(_ bytes: [UInt8], at side: Int = outside, seconds: Double = 0, wireLength: Int? = nil) {
    let time = Self.time(seconds)
    let direction: Direction = side == Self.outside ? .inbound : .outbound
    bytes.withRawSpan { frame in
      let header = FrameHeader(number: 1, time: time, wireLength: wireLength ?? frame.byteCount)
      let judgement = engine.judge(
        frame, linkType: .ethernet, wireLength: header.wireLength, time: time,
        from: PacketOrigin(interface: side, direction: direction))
      let pacing = judgement.isRateBound ? engine.pace(frame, now: time) : .free
      bridge.carryOut(judgement, pacing, on: frame, header, from: side, going: direction, engine)
    }
  }

  func release(at seconds: Double) {
    bridge.release(now: Self.time(seconds), delay: engine.tables.delays.nanoseconds)
  }

  func tickRates(at seconds: Double) {
    let bridge = bridge
    engine.tickRates(now: Self.time(seconds)) {
      bridge.releaseWaiting(at: $0)
    } update: {
      bridge.updateWindow($1, of: $0)
    }
  }

  func releaseRates() {
    let bridge = bridge
    engine.releaseRates {
      bridge.releaseWaiting(at: $0)
    } update: {
      bridge.updateWindow($1, of: $0)
    }
  }

  static func time(_ seconds: Double) -> Timestamp {
    Timestamp(nanoseconds: 1_700_000_000_000_000_000 + Int64(seconds * 1_000_000_000))
  }

  /// What was sent out of a side since it was last asked.
  func sent(_ side: Int) -> [[UInt8]] {
    defer { ports[side].sent = [] }
    return ports[side].sent
  }
}

struct BridgeTests {
  private static let client = "203.0.113.9"
  private static let server = "192.0.2.10"

  private static func rule(_ port: Int, _ action: String) -> String {
    "{ enabled = 1; propertyName = \"Dest port\"; propertyValue = \(port); filterActionName = \"\(action)\"; }"
  }

  private static func request(_ port: UInt16, link: Frame.Link = .ethernet) -> [UInt8] {
    Frame.tcp(from: client, 40_000, to: server, port, flags: .syn, sequence: 1_000, link: link)
  }

  @Test func whatPassesGoesOutOnTheOtherSideUnchanged() throws {
    let bench = try Bench(Self.rule(23, "Delete"))
    for frame in [
      Self.request(80), Self.request(80, link: .ethernet(vlans: [9, 5])),
      Frame.arp(from: Self.client, for: Self.server),
      [0x01, 0x80, 0xC2, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 3, 0x42, 0x42, 3],
    ] {
      bench.arrive(frame)
      #expect(bench.sent(Bench.inside) == [frame])
      #expect(bench.sent(Bench.outside).isEmpty)
      bench.arrive(frame, at: Bench.inside)
      #expect(bench.sent(Bench.outside) == [frame])
      #expect(bench.sent(Bench.inside).isEmpty)
    }
    #expect(bench.bridge.counts.passed == 8)
  }

  @Test func deletedFramesGoNowhere() throws {
    let bench = try Bench(Self.rule(23, "Delete"))
    bench.arrive(Self.request(23))
    #expect(bench.sent(Bench.inside).isEmpty)
    #expect(bench.sent(Bench.outside).isEmpty)
  }

  @Test func filtersFlagDecidesForEachInterface() throws {
    let bench = try Bench(Self.rule(23, "Delete"))
    let rules = bench.engine.rules
    _ = bench.engine.install(
      rules, pairing: .none,
      interfaces: [EngineInterface(name: "out0", isFiltered: false), EngineInterface(name: "in0", isExternal: false)])
    bench.arrive(Self.request(23))
    #expect(bench.sent(Bench.inside).count == 1)
    bench.arrive(Self.request(23), at: Bench.inside)
    #expect(bench.sent(Bench.outside).isEmpty)
  }

  /// The reset of RFC 9293 §3.10.7.1 for a closed port, in the name of the receiver, with addresses swapped and tags kept.
  @Test(arguments: [Frame.Link.ethernet, .ethernet(vlans: [7]), .ethernet(vlans: [9, 5]), .pppoe, .snap])
  func rejectedRequestIsAnsweredWhereItCameFrom(link: Frame.Link) throws {
    let bench = try Bench(Self.rule(81, "Reject"))
    bench.arrive(Self.request(81, link: link))
    #expect(bench.sent(Bench.inside).isEmpty)
    let answer = try #require(bench.sent(Bench.outside).first)
    let expected = Frame.ip(
      swapped: Frame.tcp(
        from: Self.server, 81, to: Self.client, 40_000, flags: [.rst, .ack], sequence: 0, acknowledgement: 1_001,
        link: link))
    #expect(Self.withoutIdentificationAndWindow(answer, link) == Self.withoutIdentificationAndWindow(expected, link))
    #expect(bench.bridge.counts.answers == 1)
  }

  /// What our answers choose freely (identification 17, window 4096), and the checksums that follow from it.
  private static func withoutIdentificationAndWindow(_ frame: [UInt8], _ link: Frame.Link) -> [UInt8] {
    var frame = frame
    let start = frame.count - 40
    for offset in [4, 10, 34, 36] { frame.set16(0, at: start + offset) }
    return frame
  }

  @Test func rejectedDatagramIsAnsweredByICMP() throws {
    let bench = try Bench(Self.rule(53, "Reject"))
    bench.arrive(Frame.udp(from: Self.server, 5_353, to: Self.client, 53, payload: [1, 2, 3]), at: Bench.inside)
    let answer = try #require(bench.sent(Bench.inside).first)
    // RFC 792: destination unreachable, port unreachable.
    #expect(answer[14 + 9] == 1 && answer[34] == 3 && answer[35] == 3)
    #expect(bench.sent(Bench.outside).isEmpty)
  }

  @Test func dropConnectionClosesBothEnds() throws {
    let bench = try Bench(Self.rule(84, "Drop connection"))
    bench.arrive(
      Frame.tcp(
        from: Self.client, 40_000, to: Self.server, 84, flags: .ack, payload: [1, 2, 3], sequence: 7, acknowledgement: 9
      ))
    let (back, on) = (try #require(bench.sent(Bench.outside).first), try #require(bench.sent(Bench.inside).first))
    #expect(back[0..<6].elementsEqual(Self.request(84)[6..<12]), "to whoever sent it")
    #expect(on[0..<14].elementsEqual(Self.request(84)[0..<14]), "the same way")
    #expect(back[47] == 4 && on[47] & 4 != 0, "RST")
    #expect(on.count == 54, "without its payload")
  }

  /// A flood with forged sources is not answered packet by packet.
  @Test func answersAreBounded() throws {
    let bench = try Bench(Self.rule(81, "Reject"))
    for _ in 0..<500 { bench.arrive(Self.request(81)) }
    #expect(bench.sent(Bench.outside).count == 100)
  }

  @Test func delayedFramesGoOnInOrderAndNotBefore() throws {
    let bench = try Bench(Self.rule(83, "Delay"))
    let (first, second) = (Self.request(83), Self.request(83, link: .ethernet(vlans: [7])))
    bench.arrive(first, seconds: 10)
    bench.arrive(second, seconds: 10.5)
    bench.arrive(Self.request(80), seconds: 10.6)
    #expect(bench.sent(Bench.inside) == [Self.request(80)])
    bench.release(at: 10.74)
    #expect(bench.sent(Bench.inside).isEmpty)
    #expect(bench.bridge.nanosecondsToRelease(now: Bench.time(10.74), delay: 750_000_000) == 10_000_000)
    bench.release(at: 10.75)
    #expect(bench.sent(Bench.inside) == [first])
    bench.release(at: 11.25)
    #expect(bench.sent(Bench.inside) == [second])
    #expect(bench.bridge.nanosecondsToRelease(now: Bench.time(12), delay: 750_000_000) == nil)
  }

  @Test func heldFramesAreNotLostWhenTheFirewallIsSwitchedOff() throws {
    let bench = try Bench(Self.rule(83, "Delay"))
    bench.arrive(Self.request(83))
    bench.bridge.releaseAll()
    #expect(bench.sent(Bench.inside) == [Self.request(83)])
  }

  @Test func dryRunPassesEverything() throws {
    let bench = try Bench(
      ["Delete", "Reject", "Drop connection", "Delay"].enumerated().map { Self.rule(81 + $0, $1) }.joined(
        separator: ", "),
      isDryRun: true)
    for port in 81...84 as ClosedRange<UInt16> {
      bench.arrive(Self.request(port))
      #expect(bench.sent(Bench.inside) == [Self.request(port)])
      #expect(bench.sent(Bench.outside).isEmpty)
    }
    #expect(bench.engine.totals[.delete] == 1)
  }

  @Test func framesForThisHostStayHere() throws {
    let bench = try Bench("")
    var header = EthernetHeader()
    header.destination = 0x02_AA
    bench.arrive(header.frame(type: 0x0806, carrying: [1, 2, 3]))
    #expect(bench.sent(Bench.inside).isEmpty)
    #expect(bench.bridge.counts.forThisHost == 1)
  }

  @Test func halfAFrameIsNotSent() throws {
    let bench = try Bench("")
    bench.arrive(Self.request(80), wireLength: 9_000)
    #expect(bench.sent(Bench.inside).isEmpty)
    #expect(bench.bridge.counts.cut == 1)
  }

  @Test func losesAreCountedByTheirReason() throws {
    let bench = try Bench("")
    for outcome in [Injection.tooLong, .noRoom, .failed, .sent] {
      bench.ports[Bench.inside].outcome = outcome
      bench.arrive(Self.request(80))
    }
    let counts = bench.bridge.counts
    #expect((counts.tooLong, counts.noRoom, counts.failed, counts.passed) == (1, 1, 1, 1))
  }

  @Test func oneSideIsOutside() {
    let intake = PacketIntake.bridge(BridgeIntake())
    let (a, b) = (EngineInterface(name: "a"), EngineInterface(name: "b"))
    #expect(intake.settled([a, b]).map(\.isExternal) == [true, false], "the document names both: the first")
    var (c, d) = (a, b)
    c.isExternal = false
    #expect(intake.settled([c, d]).map(\.isExternal) == [false, true], "the document decides")
    d.isExternal = false
    #expect(intake.settled([c, d]).map(\.isExternal) == [true, false], "the document names neither: the first")
    #expect(PacketIntake.none.settled([c, d]).map(\.isExternal) == [false, false], "other modes have no sides")
  }
}

extension Frame {
  /// The same frame with the hardware addresses of the way back.
  fileprivate static func ip(swapped frame: [UInt8]) -> [UInt8] {
    Array(frame[6..<12]) + frame[0..<6] + frame[12...]
  }
}

struct HeldFramesTests {
  @Test func framesComeOutAsTheyWentInUntilThereIsNoRoom() {
    var held = HeldFrames(capacity: 4)
    var random = SplitMix64(state: 7)
    var model: [[UInt8]] = []
    for step in 0..<2_000 {
      let frame = (0..<Int.random(in: 1...9_000, using: &random)).map { UInt8(truncatingIfNeeded: $0 &* step) }
      let time = Timestamp(nanoseconds: Int64(step))
      let isHeld = frame.withRawSpan { held.hold($0, from: 0, at: time) }
      if isHeld { model.append(frame) }
      #expect(isHeld || model.reduce(0) { $0 + $1.count } > 40_000, "there was room")
      guard !isHeld || step % 3 == 0 else { continue }
      var released: [[UInt8]] = []
      held.release(now: time, delay: Int64.random(in: 0...4, using: &random)) { bytes, _, _ in
        released.append((0..<bytes.byteCount).compactMap { bytes.wire8(at: $0) })
      }
      #expect(released == Array(model.prefix(released.count)))
      model.removeFirst(released.count)
      #expect(held.count == model.count)
    }
  }

  @Test func moreRoomKeepsWhatIsHeld() {
    var held = HeldFrames(capacity: 1)
    let frame = [UInt8](repeating: 3, count: 60_000)
    #expect(frame.withRawSpan { held.hold($0, from: 1, at: Timestamp(nanoseconds: 5)) })
    held.setCapacity(1_000)
    #expect(frame.withRawSpan { held.hold($0, from: 0, at: Timestamp(nanoseconds: 6)) })
    var ports: [Int] = []
    held.releaseAll { bytes, port, _ in
      #expect(bytes.byteCount == 60_000)
      ports.append(port)
    }
    #expect(ports == [1, 0])
  }
}

/// Rates at a bridge: a download of the host inside, limited to 10,000 bytes a second.
struct BridgeRateTests {
  private static let client = "192.0.2.10"
  private static let server = "203.0.113.9"
  private static let rule = #"{ enabled = 1; filterActionName = "Rate limit in"; parameter = 80k; }"#

  /// RFC 9293 §3.7.1 and RFC 7323 §2.2: segments of 1,460 bytes, windows shifted by two bits.
  private static let options = [UInt8](hex: "0204 05b4 01 0303 02")

  private static func asked(
    _ flags: Frame.TCPFlags, _ acknowledgement: UInt32 = 0, window: UInt16, options: [UInt8] = [],
    sequence: UInt32 = 1_001
  ) -> [UInt8] {
    Frame.tcp(
      from: client, 40_000, to: server, 80, flags: flags, options: options, sequence: sequence,
      acknowledgement: acknowledgement, window: window, link: .ethernet(vlans: [9]))
  }

  private static func served(
    _ flags: Frame.TCPFlags, _ sequence: UInt32, options: [UInt8] = [], bytes: Int = 0
  ) -> [UInt8] {
    Frame.tcp(
      from: server, 80, to: client, 40_000, flags: flags, options: options,
      payload: [UInt8](repeating: 7, count: bytes),
      sequence: sequence, acknowledgement: 1_001, link: .ethernet(vlans: [9]))
  }

  @Test func aSenderIsToldHowFarItMayGoAndWhenItMayGoOn() throws {
    let bench = try Bench(Self.rule)
    bench.arrive(Self.asked(.syn, window: 60_000, options: Self.options, sequence: 1_000), at: Bench.inside)
    // Four segments; everything else stays.
    #expect(
      bench.sent(Bench.outside) == [Self.asked(.syn, window: 5_840, options: Self.options, sequence: 1_000)])
    bench.arrive(Self.served([.syn, .ack], 0, options: Self.options))
    #expect(bench.sent(Bench.inside) == [Self.served([.syn, .ack], 0, options: Self.options)])
    bench.arrive(Self.asked(.ack, 1, window: 15_000), at: Bench.inside)
    #expect(bench.sent(Bench.outside) == [Self.asked(.ack, 1, window: 1_460)])

    let data = (0..<4 as Range<UInt32>).map { Self.served(.ack, 1 + $0 * 1_460, bytes: 1_460) }
    for frame in data { bench.arrive(frame) }
    #expect(bench.sent(Bench.inside) == data)
    bench.arrive(Self.asked(.ack, 5_841, window: 15_000), at: Bench.inside)
    #expect(bench.sent(Bench.outside) == [Self.asked(.ack, 5_841, window: 0)])

    // A second has earned more than the half second's worth that one may have: 5,000 bytes are 1,250 steps.
    bench.tickRates(at: 1)
    #expect(bench.sent(Bench.outside) == [Self.asked(.ack, 5_841, window: 1_250)])
    #expect(bench.sent(Bench.inside).isEmpty)
    bench.releaseRates()
    #expect(bench.sent(Bench.outside) == [Self.asked(.ack, 5_841, window: 15_000)])
    #expect(bench.bridge.counts.answers == 2)
  }

  /// What is met half-way has no windows that could be read.
  @Test func framesBeyondTheRateWaitInTheirOrder() throws {
    let bench = try Bench(Self.rule)
    let data = (0..<20 as Range<UInt32>).map { Self.served(.ack, 1 + $0 * 1_460, bytes: 1_460) }
    for frame in data { bench.arrive(frame) }
    let atOnce = bench.sent(Bench.inside)
    #expect(atOnce == Array(data.prefix(3)))
    bench.tickRates(at: 1)
    let later = bench.sent(Bench.inside)
    #expect(!later.isEmpty && later.count < 10)
    bench.releaseRates()
    #expect(atOnce + later + bench.sent(Bench.inside) == data)
  }

  @Test func datagramsBeyondTheRateAreDropped() throws {
    let bench = try Bench(Self.rule)
    for _ in 0..<20 {
      bench.arrive(Frame.udp(from: Self.server, 80, to: Self.client, 9, payload: [UInt8](repeating: 7, count: 972)))
    }
    #expect(bench.sent(Bench.inside).count == 3)
    bench.releaseRates()
    #expect(bench.sent(Bench.inside).isEmpty)
  }
}
