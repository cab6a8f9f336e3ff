import Foundation
import SentryCapture
import SentryPacket
import SentryTestSupport
import Testing

/// Server names and DNS questions against Scapy, payload by payload, over all real captures.
@Suite(
  .enabled(if: Corpus.folder != nil, "SENTRY_CORPUS names no folder of captures"),
  .enabled("python3-scapy is not installed") { try await Scapy.isThere() })
struct CorpusNamesTests {
  private struct Payload {
    let place: String
    /// `tls`, `dns` or `dns-stream`.
    let kind: String
    let bytes: [UInt8]
    /// In hexadecimal; `-` without a name.
    let ours: String
  }

  /// Whatever starts like a TLS handshake, and whatever goes to or comes from a port of DNS.
  private func payloads() -> [Payload] {
    var payloads: [Payload] = []
    var fields = PacketFields()
    // What fuzzers have broken Scapy mends in ways of its own.
    for capture in Corpus.captures where !capture.contains("fuzz") {
      guard var file = try? CaptureFile(path: Corpus.path(capture)) else { continue }
      let linkType = file.linkType
      try? file.forEach { frame, header in
        guard fields.decode(frame, linkType: linkType, wireLength: header.wireLength) == .ip,
          fields.has([.payload, .ports]), !fields.payload.isEmpty, let kind = Self.kind(of: fields, frame)
        else { return }
        let bytes = copy(frame)[Int(fields.payload.lowerBound)..<Int(fields.payload.upperBound)]
        payloads.append(
          Payload(
            place: "\(capture) frame \(header.number)", kind: kind, bytes: Array(bytes),
            ours: Self.name(kind, frame, fields.payload)))
      }
    }
    return payloads
  }

  private static func kind(of packet: PacketFields, _ frame: RawSpan) -> String? {
    let isTCP = packet.protocolNumber == IPProtocol.tcp
    if isTCP, frame.wire16(at: Int(packet.payload.lowerBound)) == 0x1603 { return "tls" }
    let dnsPorts: [UInt16] = [53, 5353, 5355]
    guard dnsPorts.contains(packet.sourcePort) || dnsPorts.contains(packet.destinationPort) else { return nil }
    return isTCP ? "dns-stream" : "dns"
  }

  private static func name(_ kind: String, _ frame: RawSpan, _ payload: Range<UInt32>) -> String {
    switch kind {
    case "tls":
      guard case .found(let name) = TLSClientHello.serverName(in: frame, payload: payload) else { return "-" }
      return hex(name)
    default:
      return DNSMessage.firstQuestion(in: frame, payload: payload, isStream: kind == "dns-stream").map(hex) ?? "-"
    }
  }

  private static func hex(_ name: HostName) -> String { (0..<name.count).map { hex(name[$0]) }.joined() }

  private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

  /// Scapy's name as ours are: letters in lower case, no final dot.
  private static func folded(_ answer: Substring) -> String {
    guard answer != "-" else { return "-" }
    var bytes = [UInt8](hex: String(answer)).map(\.foldedASCII)
    if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    return bytes.isEmpty ? "-" : bytes.map(hex).joined()
  }

  /// Payloads in which Scapy and we see different names, and why.
  private static let differences: [String: String] = [
    "zeek/dns-invalid-names.pcap frame 1": "the packet ends inside a label: Scapy takes the label's start for a name",
    "zeek/dns-invalid-names.pcap frame 3": "the packet ends before the name does: Scapy takes its start for a name",
  ]

  @Test("the same server names and questions as Scapy, but for the known differences")
  func sameNamesAsScapy() async throws {
    let payloads = payloads()
    let input = payloads.map { "\($0.kind) \($0.bytes.map(Self.hex).joined())\n" }.joined()
    let script = TestFiles.path("Tests/SentryCaptureTests/Oracle/scapy_names.py")
    let run = try await Scapy.python.run([script], input: Data(input.utf8))
    let answers = run.output.split(separator: "\n")
    try #require(answers.count == payloads.count, "\(run.errors)")
    var differing: Set<String> = []
    for (payload, answer) in zip(payloads, answers) where answer != "?" {
      let answer = Self.folded(answer)
      guard answer != payload.ours else { continue }
      differing.insert(payload.place)
      #expect(
        Self.differences[payload.place] != nil, "\(payload.place): \(payload.kind) \(payload.ours), Scapy: \(answer)")
    }
    #expect(Set(Self.differences.keys).subtracting(differing) == [], "known differences that are none any more")
    // A corpus without names, or a Scapy that gives up on them, would make this test say nothing.
    #expect(payloads.count { $0.kind == "tls" && $0.ours != "-" } > 10)
    #expect(payloads.count { $0.kind != "tls" && $0.ours != "-" } > 10)
    #expect(answers.count { $0 == "?" } < payloads.count / 50)
  }
}
