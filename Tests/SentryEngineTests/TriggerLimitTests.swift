import SentryEngine
import SentryPacket
import SentryRules
import SentryState
import SentryTestSupport
import Testing

private let telnet = rule("Dest port", "==", "23", then: "Trigger")

/// What keeps packets from filling table trigger, and from having others banned.
@Suite struct TriggerLimitTests {
  // MARK: By the minute

  @Test func beyondTheLimitPacketsAreDeletedAllTheSame() throws {
    var bench = try Bench(telnet, settings: "triggersPerMinute = 2;")
    for host in 1...4 {
      let outcome = bench.judge(tcp(from: "203.0.113.\(host)", port: 23), at: Double(host))
      #expect(outcome == Outcome(verdict: .delete, rule: "1", logged: 1))
    }
    #expect(bench.entries(.trigger).map(\.range.description) == ["203.0.113.1", "203.0.113.2"])
    #expect(bench.events().map(\.triggerObstacle) == [nil, nil, .limit, .limit])
    #expect(bench.engine.totals[.limit] == 2)
  }

  @Test func whoIsInTheTableIsNotNew() throws {
    var bench = try Bench(telnet, settings: "triggersPerMinute = 1;")
    for second in 0..<3 { _ = bench.judge(tcp(port: 23), at: Double(second)) }
    #expect(bench.entries(.trigger).map(\.lastTime) == [Bench.time(2)])
    #expect(bench.engine.totals[.limit] == 0)
  }

  @Test func oneWarningAMinuteIsTold() throws {
    var bench = try Bench(telnet, settings: "triggersPerMinute = 1;")
    for (host, second) in [(1, 0.0), (2, 1), (3, 2), (4, 61), (5, 62)] {
      _ = bench.judge(tcp(from: "203.0.113.\(host)", port: 23), at: second)
      let told = bench.engine.takeFullMinute()
      #expect(told == (host == 2 || host == 5 ? Bench.time(second) : nil))
    }
  }

  /// No packets enter more than the limit in a minute that the engine counts, whatever they are; people may.
  @Test(arguments: 0..<30 as Range<UInt64>)
  func noPacketsEnterMoreThanTheLimit(seed: UInt64) throws {
    var bench = try Bench(
      rule("Any", then: "Keep address"), rule("Protocol", "==", "1-17", then: "Trigger"),
      settings: "triggersPerMinute = 3; triggerDuration = unlimited; triggerIPv6Prefix = 128;")
    var added: [Double] = []
    for packet in RandomTraffic(seed: seed, count: 200) {
      let before = bench.engine.tables.additions(to: .trigger)
      _ = bench.judgement(packet)
      if bench.engine.tables.additions(to: .trigger) > before {
        added.append(Double(bench.engine.now.nanoseconds) / 1e9)
      }
      guard bench.evaluatorsAgree else { break }
    }
    for (index, first) in added.enumerated() { #expect(added[index...].prefix { $0 < first + 60 }.count < 6) }
  }

  // MARK: Proof by repetition

  @Test func theSecondMatchEnters() throws {
    var bench = try Bench(telnet, settings: "triggerProof = repeated;")
    for (second, entered) in [(0.0, 0), (0.5, 0), (1, 1)] {
      #expect(bench.judge(tcp(port: 23), at: second).verdict == .delete)
      #expect(bench.entries(.trigger).count == entered)
    }
    #expect(bench.events().map(\.triggerObstacle) == [.unproven, .unproven, nil])
    #expect(bench.engine.totals[.unproven] == 2)
  }

  @Test func anotherRulesMatchIsNoSecondOne() throws {
    var bench = try Bench(
      telnet, rule("Dest port", "==", "22", then: "Trigger"), settings: "triggerProof = repeated;")
    _ = bench.judge(tcp(port: 23))
    _ = bench.judge(tcp(port: 22), at: 2)
    #expect(bench.entries(.trigger) == [])
    _ = bench.judge(tcp(port: 22), at: 4)
    #expect(bench.entries(.trigger).count == 1)
  }

  /// One packet of each of many sources, as often as it takes: nobody is entered by them.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func noSinglePacketsEnterAnybody(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    var bench = try Bench(rule("Any", then: "Trigger"), settings: "triggerProof = repeated;")
    for number in 0..<200 as Range<UInt32> {
      let source = IPAddress(v4: 0xCB00_7100 + number).description
      _ = bench.judge(Bool.random(using: &random) ? tcp(from: source) : udp(from: source), at: Double(number) / 4)
    }
    #expect(bench.entries(.trigger) == [])
  }

  // MARK: Proof by handshake

  private static let web = rule("Data content", "==", "attack", then: "Trigger")

  private func segment(
    fromUs: Bool, flags: Frame.TCPFlags, sequence: UInt32, acknowledging number: UInt32 = 0, payload: String = ""
  ) -> [UInt8] {
    let (here, there) = (Bench.host, Bench.stranger)
    return fromUs
      ? Frame.tcp(
        from: here, 80, to: there, 40_000, flags: flags, payload: Array(payload.utf8), sequence: sequence,
        acknowledgement: number)
      : Frame.tcp(
        from: there, 40_000, to: here, 80, flags: flags, payload: Array(payload.utf8), sequence: sequence,
        acknowledgement: number)
  }

  /// What the far end sends after our SYN-ACK, whose number is 7000, and whether that makes an attack of it enter it.
  struct Handshake: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var answers = true
    /// By the packet after the SYN, if there is one, and by the attack.
    let acknowledging: [UInt32]
    let entered: Bool
  }

  @Test(arguments: [
    Handshake(testDescription: "the ACK of the handshake proves it", acknowledging: [7001, 7001], entered: true),
    Handshake(testDescription: "so does the packet itself", acknowledging: [7001], entered: true),
    Handshake(testDescription: "once proven, always proven", acknowledging: [7001, 9000], entered: true),
    Handshake(testDescription: "a forged ACK does not know the number", acknowledging: [7000, 7002], entered: false),
    Handshake(testDescription: "nor does a blind one", acknowledging: [0], entered: false),
    Handshake(
      testDescription: "who got no answer proves nothing", answers: false, acknowledging: [7001, 7001], entered: false),
  ])
  func aTCPSourceMustHaveAcknowledgedOurSYN(_ c: Handshake) throws {
    var bench = try Bench(Self.web, settings: "triggerProof = handshake;")
    _ = bench.judge(segment(fromUs: false, flags: .syn, sequence: 100))
    if c.answers {
      _ = bench.judge(segment(fromUs: true, flags: [.syn, .ack], sequence: 7000, acknowledging: 101))
    }
    for number in c.acknowledging.dropLast() {
      _ = bench.judge(segment(fromUs: false, flags: .ack, sequence: 101, acknowledging: number))
    }
    let attack = segment(
      fromUs: false, flags: [.psh, .ack], sequence: 101, acknowledging: c.acknowledging.last ?? 0, payload: "attack")
    #expect(bench.judge(attack, at: 5).verdict == .delete)
    #expect(bench.judge(attack, at: 10).verdict == .delete)
    #expect(bench.entries(.trigger).count == (c.entered ? 1 : 0))
  }

  /// We asked, and they answered with the number after ours.
  @Test(arguments: [(501 as UInt32, true), (500, false)])
  func aServerMustHaveAcknowledgedOurRequest(_ number: UInt32, _ isEntered: Bool) throws {
    var bench = try Bench(Self.web, settings: "triggerProof = handshake;")
    let ask = Frame.tcp(from: Bench.host, 40_000, to: Bench.stranger, 80, flags: .syn, sequence: 500)
    let answer = Frame.tcp(
      from: Bench.stranger, 80, to: Bench.host, 40_000, flags: [.syn, .ack], sequence: 900, acknowledgement: number)
    let page = Frame.tcp(
      from: Bench.stranger, 80, to: Bench.host, 40_000, flags: .ack, payload: Array("attack".utf8), sequence: 901,
      acknowledgement: 0)
    for packet in [ask, answer, page] { _ = bench.judge(packet) }
    #expect(bench.entries(.trigger).count == (isEntered ? 1 : 0))
  }

  /// Whoever forges a SYN-ACK of ours from outside sets no number that an ACK could then know.
  @Test func aForgedAnswerOfOursProvesNothing() throws {
    var bench = try Bench(Self.web, settings: "triggerProof = handshake;", local: [])
    _ = bench.judge(segment(fromUs: false, flags: .syn, sequence: 100))
    _ = bench.judge(segment(fromUs: true, flags: [.syn, .ack], sequence: 7000, acknowledging: 101))
    _ = bench.judge(
      segment(fromUs: false, flags: [.psh, .ack], sequence: 101, acknowledging: 7001, payload: "attack"))
    #expect(bench.entries(.trigger) == [])
  }

  /// SYNs never prove anything, however many come.
  @Test func aScanOfSYNsEntersNobody() throws {
    var bench = try Bench(telnet, settings: "triggerProof = handshake;")
    for second in 0..<10 { _ = bench.judge(tcp(port: 23), at: Double(second)) }
    #expect(bench.entries(.trigger) == [])
  }

  @Test func otherProtocolsNeedASecondPacket() throws {
    var bench = try Bench(rule("Dest port", "==", "53", then: "Trigger"), settings: "triggerProof = handshake;")
    _ = bench.judge(udp())
    #expect(bench.entries(.trigger) == [])
    _ = bench.judge(udp(), at: 1)
    #expect(bench.entries(.trigger).count == 1)
  }

  // MARK: Evidence

  @Test func thePacketsThatEnterAnAddressAreKept() throws {
    var bench = try Bench(telnet, rule("Dest port", "==", "22", then: "Trigger"))
    for port in [23, 22, 80] as [UInt16] { _ = bench.judge(tcp(port: port), at: Double(port)) }
    let kept = bench.engine.evidence(of: try AddressRange(Bench.stranger))
    #expect(kept.packets.map { bench.labels.label($0.surroundings.label).number } == ["1", "2"])
    #expect(kept.packets.map(\.bytes) == [tcp(port: 23), tcp(port: 22)].map { Array($0.dropFirst(14)) })
  }

  /// An IPv6 address is asked for by itself, too.
  @Test func evidenceOfANetIsFoundByItsAddresses() throws {
    var bench = try Bench(telnet)
    _ = bench.judge(Frame.tcp(from: "2001:db8:1::5", 40_000, to: "2001:db8::10", 23, flags: .syn))
    for asked in ["2001:db8:1::5", "2001:db8:1::77", "2001:db8:1::/64"] {
      let kept = bench.engine.evidence(of: try AddressRange(asked))
      #expect(kept.range.description == "2001:db8:1::/64")
      #expect(kept.packets.count == 1)
    }
  }
}
