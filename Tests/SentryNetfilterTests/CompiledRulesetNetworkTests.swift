import SentryPacket
import SentryTestSupport
import Synchronization
import Testing

@testable import SentryNetfilter

/// The kernel and a replay say the same of the same packets.
@Suite(
  .enabled(if: TestNetwork.isPossible && Program("python3").isThere, "this needs root, nft and network namespaces"))
struct CompiledRulesetNetworkTests {
  /// - Returns: what both say.
  @discardableResult
  private func agree(_ traffic: CompiledTraffic, undecided: UInt64 = 0) async throws -> Outcome {
    let folder = try TemporaryFolder()
    let expected = try await traffic.replayed(in: folder)
    let (outcome, lost) = try await carriedOut(traffic, in: folder)
    #expect(lost == undecided)
    #expect(outcome == expected, "\(traffic.text)")
    return expected
  }

  /// What the kernel makes of it, and how many packets go undecided.
  private func carriedOut(_ traffic: CompiledTraffic, in folder: TemporaryFolder) async throws -> (Outcome, UInt64) {
    let result = Mutex<(Outcome, UInt64)?>(nil)
    try await NetworkNamespace.run {
      let outcome = try traffic.carriedOut(in: folder)
      result.withLock { $0 = outcome }
    }
    return try #require(result.withLock { $0 })
  }

  private static let stranger = "203.0.113.9"
  private static let host = "192.0.2.1"
  private static let strangerV6 = "2001:db8:9::9"
  private static let hostV6 = "2001:db8::1"

  private static func tcp(_ port: UInt16, from source: String = stranger, flags: Frame.TCPFlags = .syn) -> [UInt8] {
    Frame.tcp(from: source, 40_000, to: source.contains(":") ? hostV6 : host, port, flags: flags)
  }

  private static func udp(_ port: UInt16, from source: String = stranger) -> [UInt8] {
    Frame.udp(from: source, 40_000, to: source.contains(":") ? hostV6 : host, port, payload: [1, 2, 3])
  }

  private static func fragment(offset: UInt16) -> [UInt8] {
    let payload = [UInt8](repeating: 0, count: 24)
    return Frame.ipv4(from: stranger, to: host, protocol: 17, fragmentOffset: offset, payload: payload)
  }

  private static func short(_ number: UInt8, _ length: Int) -> [UInt8] {
    Frame.ipv4(from: "203.0.113.99", to: host, protocol: number, payload: [UInt8](repeating: 0, count: length))
  }

  private static let probes: [(String, UInt16)] = [
    ("203.0.113.10", 0), ("203.0.113.11", 5), ("203.0.113.12", 111), ("203.0.113.13", 2049), ("2001:db8:7::1", 25),
    ("2001:db8:8::1", 79),
  ]

  /// What of the default document nftables decides: probes, triggers, fragments, forged addresses, chatter, pings that are none.
  @Test func theDefaultDocument() async throws {
    var frames: [[UInt8]] = [1, 63, 64].map(Self.fragment)
    frames += [Self.udp(53, from: "127.0.0.1"), Frame.udp(from: Self.stranger, 1, to: "127.0.0.1", 2)]
    frames += [Self.tcp(443), Self.tcp(22, flags: [.ack, .psh]), Self.udp(6), Self.tcp(113), Self.tcp(443)]
    frames += ([137, 139, 140] as [UInt16]).map { Self.udp($0) }
    frames += ([0, 5] as [UInt8]).map { Frame.icmp(from: Self.stranger, to: Self.host, type: $0) }
    frames.append(Frame.icmp(from: Self.strangerV6, to: Self.hostV6, type: 128))
    // A household of IPv6, and a host of IPv4.
    frames += [Self.tcp(443, from: "2001:db8:7::2"), Self.tcp(23, from: "2001:db8:7::2")]
    frames += [Self.tcp(443, from: "2001:db8:7::3"), Self.tcp(23), Self.tcp(443), Self.udp(53)]
    // Too short for their headers.
    frames += [Self.short(6, 12), Self.short(17, 7)]
    for (source, port) in Self.probes { frames += [Self.tcp(port, from: source), Self.tcp(443, from: source)] }
    frames += [
      Self.udp(7, from: "203.0.113.20"), Self.udp(67, from: "203.0.113.21"), Self.udp(7, from: "203.0.113.21"),
    ]
    let outcome = try await agree(CompiledTraffic(text: TestFiles.text("Documents/Default.plist"), frames: frames))
    // Not only the same: what the document means.
    #expect(outcome.rules["1.1"]?.packets == 2 && outcome.rules["2.1.5.1"]?.packets == 2)
    #expect(outcome.rules["2.1.1"]?.packets == 11)
    #expect(outcome.tables["trigger"]?.contains("2001:db8:7::") == true)
    #expect(outcome.tables["invalid"] == ["203.0.113.99"])
  }

  /// Code Red, resets and pings need the daemon; nothing else does.
  @Test func whatNeedsTheDaemonGoesUndecided() async throws {
    let traffic = CompiledTraffic(
      text: TestFiles.text("Documents/Default.plist"),
      frames: [
        Self.tcp(80), Self.tcp(443, flags: .rst), Frame.icmp(from: Self.stranger, to: Self.host, type: 8),
        Self.tcp(443),
      ])
    let (outcome, undecided) = try await carriedOut(traffic, in: try TemporaryFolder())
    #expect(undecided == 3)
    #expect(outcome.delivered == 4)
    #expect(outcome.rules["2.2.1.1"]?.packets == 1)
  }

  static let properties: Set<String> = [
    "Any", "None", "Direction", "Interface", "Include", "Source MAC Address", "Dest MAC Address", "Source net",
    "Dest net",
    "Protocol", "IPFragmentOffset", "ICMP type", "ICMP code", "TCP header flags", "Source port", "Dest port",
    "IP version",
    "ICMPv6 type", "ICMPv6 code", "TTL", "Packet length", "DSCP",
  ]
  static let actions: Set<String> = [
    "->", "++", "Group", "Exit group", "Pass", "Delete", "Delete no log", "Reject", "Trigger", "Keep address",
    "Keep invalid",
    "Authorize", "Log", "Dont log", "Alert",
  ]

  /// A quarter of the documents see later fragments everywhere, and do not ask for ports.
  private static func document(seed: UInt64) -> String {
    let seesFragments = seed % 4 == 0
    let asked = seesFragments ? properties.subtracting(["Source port", "Dest port"]) : properties
    // Whether the flow was known before is nothing that nftables can tell.
    let rules = RandomRules.list(seed: seed, properties: asked, actions: actions)
      .replacing("\"state\"", with: "\"trigger\"").replacing("eth", with: "nea").replacing("nea0", with: "near")
    let deletion =
      "{ enabled = 1; propertyName = IPFragmentOffset; relationName = \">=\"; propertyValue = 1; filterActionName = Delete; }, "
    let first = seesFragments ? "" : deletion
    return "{ rules = ( \(first){ enabled = 1; filterActionName = Group; children = \(rules); } );"
      + " settings = { malformed = \(seed % 5 == 0 ? "pass" : "delete"); triggerIPv6Prefix = \(seed % 2 == 0 ? 64 : 48);"
      + " protected = ( \(seed % 3 == 1 ? "\"203.0.113.2-203.0.113.9\", \"2001:db8:1::1\"" : "") ); };"
      + " interfaces = ( { name = near; filters = \(seed % 11 == 0 ? 0 : 1); external = \(seed % 3 == 0 ? 1 : 0); } ); }"
  }

  /// Whole and plain enough that the kernel hands them to its hooks.
  private static func frames(seed: UInt64) -> [[UInt8]] {
    RandomTraffic(seed: seed, count: 600).filter { packet in
      guard case .ethernet(vlans: []) = packet.link else { return false }
      return isSound(packet.frame)
    }.map { withChecksum($0.frame) }
  }

  /// Other packets the kernel discards ahead of the hooks: by their lengths, or by what stands in a hop-by-hop header.
  private static func isSound(_ frame: [UInt8]) -> Bool {
    guard frame.count >= 34 else { return false }
    switch (frame[12], frame[13]) {
    case (0x08, 0x00):
      let headerEnd = 14 + Int(frame[14] & 15) * 4
      guard frame[14] >> 4 == 4, (34...frame.count).contains(headerEnd) else { return false }
      return word(frame, 16) == frame.count - 14
    case (0x86, 0xDD): return frame.count >= 54 && word(frame, 18) == frame.count - 54 && frame[20] != 0
    default: return false
    }
  }

  private static func word(_ frame: [UInt8], _ offset: Int) -> Int { Int(frame[offset]) << 8 | Int(frame[offset + 1]) }

  /// Random packets are changed after they are made; the kernel wants the header's checksum right (RFC 1071).
  private static func withChecksum(_ frame: [UInt8]) -> [UInt8] {
    guard frame[12] == 0x08 else { return frame }
    var frame = frame
    (frame[24], frame[25]) = (0, 0)
    let headerEnd = 14 + Int(frame[14] & 15) * 4
    var sum = stride(from: 14, to: headerEnd, by: 2).reduce(0) { $0 + word(frame, $1) }
    while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
    (frame[24], frame[25]) = (UInt8(~sum >> 8 & 0xFF), UInt8(~sum & 0xFF))
    return frame
  }

  /// Of documents that nftables decides whole, for inbound packets: few nest deeper than the kernel follows.
  private static let seeds = (1...40 as ClosedRange<UInt64>).filter { seed in
    let ruleset = try? CompiledTraffic(text: document(seed: seed), frames: []).compiled().1
    return ruleset?.gaps.contains { $0.outcome == .undecided && $0.direction != .outbound } == false
  }

  @Test func mostRandomDocumentsAreDecidedWhole() { #expect(Self.seeds.count >= 30) }

  @Test(arguments: seeds)
  func randomDocuments(seed: UInt64) async throws {
    let traffic = CompiledTraffic(text: Self.document(seed: seed), frames: Self.frames(seed: seed))
    #expect(traffic.frames.count > 60)
    try await agree(traffic)
  }

  @Test func whatLeaves() async throws {
    let text = """
      { rules = (
        { enabled = 1; propertyName = Direction; propertyValue = in; filterActionName = Delete; },
        { enabled = 1; propertyName = Direction; propertyValue = out; children = (
          { enabled = 1; propertyName = Interface; propertyValue = near; children = (
            { enabled = 1; propertyName = "Dest port"; propertyValue = "25"; filterActionName = Delete; },
            { enabled = 1; propertyName = "TCP header flags"; propertyValue = "rst"; filterActionName = Delay; },
            { enabled = 1; propertyName = "Dest net"; relationName = "!="; propertyValue = "203.0.113.0/24";
              filterActionName = "Keep address"; }); },
          { enabled = 1; propertyName = Protocol; propertyValue = 17; filterActionName = Delete; }); });
        interfaces = ( { name = far; filters = 0; external = 1; } ); }
      """
    func tcp(_ port: UInt16, _ flags: Frame.TCPFlags = .syn) -> [UInt8] {
      Frame.tcp(from: Self.host, 40_000, to: Self.stranger, port, flags: flags)
    }
    let frames = [
      tcp(25), tcp(25, .ack), tcp(80), tcp(80, .rst), Frame.udp(from: Self.host, 5, to: "198.51.100.1", 7),
      Frame.icmp(from: Self.host, to: Self.stranger, type: 8),
    ]
    let outcome = try await agree(CompiledTraffic(text: text, frames: frames, direction: .outbound))
    // A reset, which Delay holds on its way in only, and two more.
    #expect(outcome.delivered == 3)
  }

  @Test func datesOptionsAndBlockedIPv6() async throws {
    let text = """
      { settings = { blockIPv6 = 1; triggerDuration = unlimited; };
        rules = (
        { enabled = 1; propertyName = IPOptions; propertyValue = "3"; filterActionName = Delete; },
        { enabled = 1; propertyName = "Date and time"; relationName = "<="; propertyValue = "2001-01-01 00:00:00 +0000";
          filterActionName = Delete; },
        { enabled = 1; propertyName = "Date and time"; relationName = "!="; propertyValue = "2001-01-01 00:00:00 +0000";
          children = (
          { enabled = 1; propertyName = "Source net"; relationName = "!="; propertyValue = "203.0.113.9-12";
            filterActionName = Authorize; },
          { enabled = 1; propertyName = Include; propertyValue = authorize; filterActionName = Pass; }); },
        { enabled = 1; filterActionName = Delete; }); }
      """
    let frames = [
      Frame.udp(from: Self.stranger, 1, to: Self.host, 2, ipOptions: [131, 7, 4, 192, 0, 2, 7, 0]), Self.tcp(1),
      Self.tcp(2),
      Self.tcp(3, from: "203.0.113.8"), Self.tcp(4, from: Self.strangerV6), Self.tcp(5, from: "203.0.113.13"),
    ]
    let outcome = try await agree(CompiledTraffic(text: text, frames: frames))
    #expect(outcome.delivered == 2 && outcome.tables["authorize"]?.count == 2)
  }

  /// More levels, and more places to go on from, than the kernel follows.
  @Test(arguments: [
    (0..<40).reduce("{ enabled = 1; filterActionName = Trigger; }") { inner, _ in
      "{ enabled = 1; propertyName = Protocol; propertyValue = 6; children = ( \(inner) ); }"
    },
    (0..<40).map { _ in
      "{ enabled = 1; propertyName = Protocol; propertyValue = 6; filterActionName = \"++\"; }, { enabled = 1; filterActionName = Trigger; }"
    }.joined(separator: ", "),
  ])
  func whatIsTooDeepGoesUndecided(rules: String) async throws {
    let traffic = CompiledTraffic(text: "{ rules = ( \(rules) ); }", frames: [Self.tcp(1), Self.tcp(2)])
    let (outcome, undecided) = try await carriedOut(traffic, in: try TemporaryFolder())
    #expect(undecided == 2 && outcome.delivered == 2)
    #expect(outcome.rules["1"]?.packets == 2)
    #expect(try traffic.compiled().1.gaps.contains { $0.reason.hasSuffix("sixteen chains") })
  }
}
