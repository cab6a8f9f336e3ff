import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Rates of rules as programs meet them that know nothing of sentry: bytes as curl and the kernel count them, over 20 seconds.
///
/// Credit is earned by the clock, not by the timer's pace, so a busy machine changes nothing.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible && Program("iperf3").isThere, LiveQueue.needs))
struct LiveRateTests {
  private static let rules = [
    LiveQueue.rule(
      "Source port", "80", #"nodeName = "the web"; filterActionName = "Rate limit in"; parameter = "2M";"#),
    LiveQueue.rule("Source port", "82", #"filterActionName = "Rate limit out"; parameter = "2M";"#),
    LiveQueue.rule(
      "Dest port", "5201",
      #"children = ( { enabled = 1; propertyName = Protocol; propertyValue = 17; "#
        + #"filterActionName = "Rate limit in"; parameter = "4M"; } );"#),
  ].joined(separator: ",\n")

  /// 20 seconds of 2 Mbit/s, in bytes.
  private static let expected = 5_000_000

  private static func within(_ percent: Int, of bytes: Int) -> ClosedRange<Int> {
    bytes * (100 - percent) / 100...bytes * (100 + percent) / 100
  }

  /// A daemon with these rules, and a folder with a file that nobody can download in the time.
  private func withRules(_ body: (Cable, LiveDaemon, TemporaryFolder) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(Self.rules, in: folder)
    let file = try FileHandle(forWritingTo: URL(filePath: try folder.write("page", "")))
    try file.truncate(atOffset: 100 << 30)
    try await LiveQueue.run(document) { cable, daemon in try await body(cable, daemon, folder) }
  }

  /// Bytes that curl has received when its 20 seconds are over.
  private func download(at end: Cable.End, from address: String, _ port: Int, on cable: Cable) async throws -> Int {
    let run = try await cable.run(
      at: end, "curl", "--silent", "--globoff", "--max-time", "20", "--output", "/dev/null", "--write-out",
      "%{size_download}", "http://\(address):\(port)/page")
    return try #require(Int(run.output), "\(run.output) \(run.errors)")
  }

  /// In both directions and with datagrams at once, and what no rule limits beside them. The last rule for what arrives gives way
  /// to the first: half of its rate remains.
  @Test(.timeLimit(.minutes(12)))
  func eachRuleHoldsItsRate() async throws {
    try await withRules { cable, daemon, folder in
      let servers = [
        try await cable.startWebServer(at: .sender, port: 80, folder: folder.path("")),
        try await cable.startWebServer(at: .watched, port: 82, folder: folder.path("")),
        try await cable.startWebServer(at: .watched, port: 84, folder: folder.path("")),
        try cable.start(at: .watched, "iperf3", "--server"),
      ]
      try await cable.waitUntilListening(at: .watched, "tcp", 5201)
      try await cable.countArrivals("udp dport 5201")
      async let received = download(at: .watched, from: Cable.senderAddress, 80, on: cable)
      async let sent = download(at: .sender, from: Cable.watchedAddress, 82, on: cable)
      async let unlimited = download(at: .sender, from: Cable.watchedAddress, 84, on: cable)
      // 10 Mbit/s in packets of 1,200 bytes, headers included.
      async let datagrams = cable.run(
        at: .sender, "iperf3", "--udp", "--client", Cable.watchedAddress, "--bitrate", "10M", "--length", "1172",
        "--time", "20")
      try await waitUntil("all three rates are in use") {
        let rates = try await daemon.status().rates
        return rates?.map(\.activeFlows) == [1, 1, 1] && rates?.last?.reservedBitsPerSecond == 2_000_000
      }
      let rates = try #require(try await daemon.status().rates)
      #expect(rates.map(\.rule) == ["1", "2", "3.1"])
      #expect(rates.map(\.direction) == ["in", "out", "in"])
      #expect(rates.map(\.bitsPerSecond) == [2_000_000, 2_000_000, 4_000_000])
      #expect(try await daemon.sentry("status").output.contains("the web"))

      #expect(Self.within(10, of: Self.expected).contains(try await received))
      #expect(Self.within(10, of: Self.expected).contains(try await sent))
      #expect(try await unlimited > 10 * Self.expected)
      let run = try await datagrams
      #expect(run.status == 0, "\(run.errors)")
      #expect(Self.within(10, of: Self.expected).contains(try await cable.arrivals() * 1_200))

      let after = try #require(try await daemon.status().rates)
      #expect(after[0].loweredWindows > 0 && after[0].dropped == 0)
      #expect(after[1].loweredWindows > 0 && after[1].dropped == 0)
      #expect(after[2].dropped > 0)
      for server in servers { try await server.kill() }
    }
  }

  /// Two of IPv4, two of IPv6.
  @Test(.timeLimit(.minutes(12)))
  func fourDownloadsShareARateEvenly() async throws {
    try await withRules { cable, _, folder in
      let server = try await cable.startWebServer(at: .sender, port: 80, folder: folder.path(""))
      let addresses = [Cable.senderAddress, "[\(Cable.senderIPv6)]", Cable.senderAddress, "[\(Cable.senderIPv6)]"]
      let received = try await withThrowingTaskGroup(of: Int.self) { group in
        for address in addresses {
          group.addTask { try await download(at: .watched, from: address, 80, on: cable) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for bytes in received { #expect(Self.within(20, of: Self.expected / 4).contains(bytes), "\(received)") }
      #expect(Self.within(10, of: Self.expected).contains(received.reduce(0, +)), "\(received)")
      try await server.kill()
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func downloadsGoOnAtFullSpeedWhenTheFirewallIsSwitchedOff() async throws {
    try await withRules { cable, daemon, folder in
      let server = try await cable.startWebServer(at: .sender, port: 80, folder: folder.path(""))
      async let received = download(at: .watched, from: Cable.senderAddress, 80, on: cable)
      try await waitUntil("the download is limited") { try await daemon.status().rates?.first?.loweredWindows ?? 0 > 0 }
      #expect(try await daemon.sentry("off").status == 0)
      #expect(try await received > 10 * Self.expected)
      try await server.kill()
    }
  }
}
