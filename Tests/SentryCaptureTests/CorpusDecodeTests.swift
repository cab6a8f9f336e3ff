import Foundation
import SentryCapture
import SentryPacket
import SentryTestSupport
import Testing

/// The packet library for Python.
enum Scapy {
  static let python = Program("python3")

  /// Scapy is a Python module: whether it is there only Python knows.
  static func isThere() async throws -> Bool {
    guard python.isThere else { return false }
    return try await python.run(["-c", "import scapy.config"]).status == 0
  }
}

/// The decoder against Scapy, frame by frame, over all real captures.
@Suite(
  .enabled(if: Corpus.folder != nil, "SENTRY_CORPUS names no folder of captures"),
  .enabled("python3-scapy is not installed") { try await Scapy.isThere() })
struct CorpusDecodeTests {
  private struct FrameOfCapture {
    let name: String
    let linkType: LinkType
    let bytes: [UInt8]
    let ours: String
  }

  /// All frames of all captures as far as they can be read.
  private func frames() -> [FrameOfCapture] {
    var frames: [FrameOfCapture] = []
    var fields = PacketFields()
    for capture in Corpus.captures {
      guard var file = try? CaptureFile(path: Corpus.path(capture)) else { continue }
      let linkType = file.linkType
      try? file.forEach { frame, header in
        let kind = fields.decode(frame, linkType: linkType, wireLength: header.wireLength)
        frames.append(
          FrameOfCapture(
            name: "\(capture) frame \(header.number)", linkType: linkType, bytes: copy(frame),
            ours: Self.line(kind, fields)))
      }
    }
    return frames
  }

  /// In the form of `Oracle/scapy_fields.py`.
  private static func line(_ kind: FrameKind, _ fields: PacketFields) -> String {
    guard kind != .notIP, kind != .unknownVersion, fields.has([.addresses, .protocolNumber]) else { return "-" }
    let ports = fields.has(.ports) ? "\(fields.sourcePort),\(fields.destinationPort)" : "-"
    let sequence = fields.has(.tcpFlags) ? "\(fields.tcpSequence)" : "-"
    let vlan = fields.has(.vlan) ? "\(fields.vlan)" : "-"
    let addresses = "\(fields.version) \(fields.source) \(fields.destination)"
    let network = "\(addresses) \(fields.timeToLive) \(fields.trafficClass) \(vlan) \(fields.fragmentOffset)"
    return "\(network) \(fields.protocolNumber) \(ports) \(sequence)"
  }

  /// Frames that Scapy and we see differently, and why.
  private static let differences: [String: String] = [
    "libpcap/ipv6_ah_modes.pcap frame 1": "Scapy takes what follows AH for raw bytes",
    "ndpi/fuzz-2006-06-26-2594.pcap frame 303": "header length 1: Scapy reads ports from the middle of the IP header",
    "ndpi/fuzz-2006-06-26-2594.pcap frame 86": "12 bytes of TCP: a sequence number without flags",
    "ndpi/fuzz-2006-09-29-28586.pcap frame 111": "15 bytes of TCP: Scapy wants 20 before it reads ports",
    "suricata-verify/frag-eth-vlan-ip-tcp-syn.pcap frame 1": "8 bytes of TCP: a sequence number without flags",
    "suricata-verify/frag-ip-tcp-syn.pcap frame 1": "8 bytes of TCP: a sequence number without flags",
    "suricata-verify/frag-ppp-ip-tcp-syn.pcap frame 1": "8 bytes of TCP: a sequence number without flags",
    "suricata-verify/test.pcap frame 3": "4 bytes of UDP: Scapy wants 8 before it reads ports",
    "suricata-verify/test.pcap frame 7": "4 bytes of UDP: Scapy wants 8 before it reads ports",
    "tcpdump/LINKTYPE_IPV4_invalid.pcap frame 1": "an IPv6 packet under IPv4's link type: the packet decides",
    "tcpdump/LINKTYPE_IPV6_invalid.pcap frame 1": "an IPv4 packet under IPv6's link type: the packet decides",
    "tcpdump/ip6_frag_asan.pcap frame 1": "the fragment header is cut: what follows it is not known",
    "tcpdump/ipv4_invalid_total_length_2.pcap frame 1": "total length 19: there is no room for ports",
    "tcpdump/ipv6-next-header-oobr-1.pcap frame 1": "the routing header is cut: what follows it is not known",
    "tcpdump/ipv6-next-header-oobr-2.pcap frame 1": "the authentication header is cut: what follows it is not known",
    "tcpdump/ipv6-rthdr-oobr.pcap frame 1": "a cut routing header that still says what follows; Scapy stops before it",
    "tcpdump/ipv6_frag6_negative_len.pcap frame 1": "the fragment header is cut: what follows it is not known",
    "tcpdump/ipv6hdr-heapoverflow.pcap frame 1": "the hop-by-hop header is cut: what follows it is not known",
    "tcpdump/tcp_header_heapoverflow.pcap frame 1": "12 bytes of TCP: a sequence number without flags",
    "tcpdump/udp-length-heapoverflow.pcap frame 1": "4 bytes of UDP captured: Scapy wants 8 before it reads ports",
    "zeek/ip4-trunc.pcap frame 1": "6 bytes of IPv4: Scapy fills in defaults for the rest",
    "zeek/ip6-ext-trunc.pcap frame 1": "the hop-by-hop header is missing: what follows it is not known",
    "zeek/ipv6-mobility-dst-opts.pcap frame 2":
      "the options header is longer than the packet: what follows it is not known",
  ]

  @Test("every value of the headers is the same as Scapy's, but for the known differences")
  func sameFieldsAsScapy() async throws {
    let frames = frames()
    var differing: Set<String> = []
    for (frame, answer) in zip(frames, try await scapyAnswers(for: frames)) where answer != frame.ours && answer != "?"
    {
      differing.insert(frame.name)
      #expect(Self.differences[frame.name] != nil, "\(frame.name): \(frame.ours), Scapy: \(answer)")
    }
    #expect(Set(Self.differences.keys).subtracting(differing) == [], "known differences that are none any more")
  }

  private func scapyAnswers(for frames: [FrameOfCapture]) async throws -> [String] {
    let script = TestFiles.path("Tests/SentryCaptureTests/Oracle/scapy_fields.py")
    let lines = frames.map { frame in
      "\(frame.linkType.rawValue) \(frame.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())\n"
    }
    let run = try await Scapy.python.run([script], input: Data(lines.joined().utf8))
    let answers = run.output.split(separator: "\n").map(String.init)
    try #require(answers.count == frames.count, "\(run.errors)")
    // Scapy gives up on a handful of frames; if it gave up on many this test would say nothing.
    #expect(answers.count { $0 == "?" } < 20)
    return answers
  }
}
