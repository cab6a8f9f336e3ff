import Foundation
import SentryTestSupport
import Testing

/// What a daemon says of the traffic on a cable, against what tcpdump has seen there and Scapy counts.
@Suite(
  .serialized,
  .enabled(
    if: LiveQueue.isPossible && Program("tcpdump").isThere && Program("curl").isThere && Scapy.isThere,
    "needs tcpdump, curl, Scapy and what queue mode needs"))
struct LiveTrafficTests {
  private struct Top: Decodable {
    struct Counts: Decodable, Equatable {
      var packetsIn, packetsOut, bytesIn, bytesOut: UInt64
    }

    struct Row: Decodable {
      var name: String?
      var port: UInt16?
      var counts: Counts
    }

    var total: Counts
    var rows: [Row]
  }

  private struct Span: Decodable {
    var rule: String
    var bytes: UInt64
    var packets: UInt64
  }

  private static let document = """
    { rules = (
        { nodeName = "_web"; enabled = 1; propertyName = "Source port"; propertyValue = 80; },
        { nodeName = "no telnet"; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Delete; }
    ); }
    """

  /// Packets and bytes by the port of this end, in and out: by the lengths in the IP headers. That a port cannot be reached
  /// belongs to the connection it is about; of what was deleted there is none.
  private static let count = """
    import sys
    from collections import Counter
    from scapy.all import PcapReader, IP, ICMP, TCP, UDP
    from scapy.layers.inet import UDPerror
    counts = Counter()
    for packet in PcapReader(sys.argv[1]):
        if IP not in packet: continue
        ip = packet[IP]
        inbound = ip.dst == sys.argv[2]
        if ICMP in packet: port = 0 if packet[UDPerror].dport == 23 else packet[UDPerror].dport
        else: port = ip.payload.dport if inbound else ip.payload.sport
        counts[(port, 'In')] += ip.len
        counts[(port, 'packets')] += 1
        if not inbound:
            counts[(port, 'Out')] += ip.len
            counts[(port, 'In')] -= ip.len
            counts[(port, 'packetsOut')] += 1
            counts[(port, 'packets')] -= 1
    for port in sorted({port for port, _ in counts}):
        print(port, *(counts[(port, key)] for key in ('packets', 'packetsOut', 'In', 'Out')))
    """

  private func seen(in capture: String, on cable: Cable) async throws -> [UInt16: Top.Counts] {
    let run = try await Program("python3").run(["-c", Self.count, capture, Cable.watchedAddress])
    #expect(run.status == 0, "\(run.errors)")
    var seen: [UInt16: Top.Counts] = [:]
    for line in run.output.split(separator: "\n") {
      let numbers = line.split(separator: " ").compactMap { UInt64($0) }
      guard numbers.count == 5, let port = UInt16(exactly: numbers[0]) else { continue }
      seen[port] = Top.Counts(
        packetsIn: numbers[1], packetsOut: numbers[2], bytesIn: numbers[3], bytesOut: numbers[4])
    }
    return seen
  }

  private func decode<Value: Decodable>(_ run: ProgramRun, as type: Value.Type = Value.self) throws -> Value {
    #expect(run.status == 0, "\(run.errors)")
    return try JSONDecoder().decode(Value.self, from: Data(run.output.utf8))
  }

  @Test(.timeLimit(.minutes(12)))
  func bytesAreThoseThatTcpdumpSees() async throws {
    try await Cable.with(.onlyTests) { cable in
      let folder = try TemporaryFolder()
      let document = try folder.write("rules.plist", Self.document)
      let page = try folder.write("page", String(repeating: "x", count: 300_000))
      let capture = folder.path("seen.pcap")
      let options = ["--state-directory", folder.url.path]
      let daemon = try await LiveDaemon.start(on: cable, document, in: folder, options: options)
      let server = try await cable.startWebServer(at: .watched, port: 80, folder: folder.url.path)
      let tcpdump = try cable.start(
        at: .watched, "tcpdump", "-i", "cable0", "-U", "--immediate-mode", "-w", capture, "not port 23")
      try await waitUntil("tcpdump has begun") { tcpdump.errors.contains("listening on") }

      for _ in 0..<3 {
        let run = try await cable.run(
          at: .sender, "curl", "-s", "-o", "/dev/null", "http://\(Cable.watchedAddress)/page")
        #expect(run.status == 0, "\(page) is fetched")
      }
      _ = try await cable.script(
        at: .sender,
        "for i in 1 2 3 4 5; do echo hello > /dev/udp/\(Cable.watchedAddress)/9999; echo no > /dev/udp/\(Cable.watchedAddress)/23; done"
      )

      // Both have got everything: the last datagram, and each connection's end.
      try await waitUntil("all is counted, and the same") {
        let expected = try await seen(in: capture, on: cable)
        guard expected[9_999]?.packetsIn == 5, expected[80] != nil else { return false }
        let top: Top = try decode(try await daemon.sentry("traffic", "top", "--format", "json"))
        let found = Dictionary(uniqueKeysWithValues: top.rows.map { ($0.port ?? 0, $0.counts) })
        return found == expected
      }
      let hosts: Top = try decode(try await daemon.sentry("traffic", "top", "--by", "host", "--format", "json"))
      #expect(hosts.rows.map(\.name) == [Cable.senderAddress])
      #expect(hosts.rows.first?.counts == hosts.total)
      #expect(hosts.total.bytesOut > 900_000, "three pages of 300,000 bytes")
      let interfaces: Top = try decode(
        try await daemon.sentry("traffic", "top", "--by", "interface", "--format", "json"))
      #expect(interfaces.rows.map(\.name) == ["cable0"])
      #expect(interfaces.total == hosts.total)

      // Rule _web has matched all that left from port 80.
      let web = try await seen(in: capture, on: cable)[80]
      let bandwidth: [Span] = try decode(try await daemon.sentry("traffic", "bandwidth", "--format", "json"))
      #expect(Set(bandwidth.map(\.rule)) == ["1"])
      #expect(bandwidth.reduce(0) { $0 + $1.bytes } == web?.bytesOut)
      #expect(bandwidth.reduce(0) { $0 + $1.packets } == web?.packetsOut)

      try await tcpdump.kill()
      #expect(try await daemon.program.stop() == 0)
      try await checkWhatIsLeft(options, hosts.total)
      withExtendedLifetime(server) {}
    }
  }

  /// Without a daemon it says the same, and the connections are logged.
  private func checkWhatIsLeft(_ options: [String], _ total: Top.Counts) async throws {
    let top: Top = try decode(
      try await Program.sentry.run(["traffic", "--format", "json"] + options, environment: [:]))
    #expect(top.total == total)
    let csv = try await Program.sentry.run(["traffic", "connections", "--format", "csv"] + options, environment: [:])
    let lines = csv.output.split(separator: "\r\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(lines.first?.prefix(4) == ["start", "end", "protocol", "local"])
    #expect(lines.count { $0.contains("80") && $0.contains("closed") } == 3)
    let bytesIn = lines.dropFirst().reduce(0) { $0 + (UInt64($1.dropLast().last ?? "") ?? 0) }
    #expect(bytesIn == total.bytesIn)
    let text = try await Program.sentry.run(
      ["traffic", "history"] + options, environment: ["COLUMNS": "72", "LC_ALL": "C"])
    let bars = text.output.split(separator: "\n").dropFirst()
    #expect(bars.contains { $0.contains("=") })
    #expect(bars.allSatisfy { $0.count <= 72 })
  }
}

/// Scapy is a library of Python's.
private enum Scapy {
  static var isThere: Bool {
    FileManager.default.fileExists(atPath: "/usr/lib/python3/dist-packages/scapy/__init__.py")
  }
}
