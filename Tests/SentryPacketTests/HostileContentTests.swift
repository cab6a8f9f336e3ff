import SentryPacket
import SentryTestSupport
import Testing

/// What no payload can do to the searches in it, however it was cut or made up.
struct HostileContentTests {
  /// Well formed payloads to break.
  private static let samples: [[UInt8]] = [
    ClientHello.openSSL, ClientHello.records(ClientHello.rfc8448, longest: 50), DNSBytes.query, DNSBytes.answer,
    [0, UInt8(DNSBytes.query.count)] + DNSBytes.query,
    Array("GET /index.html HTTP/1.1\r\nAccept: */*\r\nHost: www.example.org\r\n\r\n".utf8),
  ]

  private static let keywords = ["host", "index", "\r\n", "zzzz"].map { Array($0.utf8) }

  /// Every search over `bytes`, and over ranges that lie inside of them, beside them or across their end.
  private func searchAll(_ bytes: [UInt8], _ random: inout SplitMix64) {
    let lower = UInt32.random(in: 0...UInt32(bytes.count + 3), using: &random)
    let upper = Bool.random(using: &random) ? UInt32.max : lower + UInt32.random(in: 0...300, using: &random)
    for payload in [0..<UInt32(bytes.count), lower..<upper] {
      let held = max(0, min(Int(payload.upperBound), bytes.count) - Int(payload.lowerBound))
      bytes.withRawSpan { span in
        if case .incomplete(let byteCount) = TLSClientHello.serverName(in: span, payload: payload) {
          #expect(byteCount > held)
        }
        for isStream in [false, true] {
          let name = DNSMessage.firstQuestion(in: span, payload: payload, isStream: isStream)
          #expect((name?.count ?? 1) > 0)
        }
        for keyword in Self.keywords {
          guard let position = HTTPRequest.position(of: keyword, in: span, payload: payload) else { continue }
          #expect(position >= 0 && position + keyword.count <= held)
        }
      }
    }
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func randomBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    for _ in 0..<200 {
      let bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in
        UInt8.random(in: .min ... .max, using: &random)
      }
      searchAll(bytes, &random)
    }
  }

  @Test("samples with a few bytes changed reach deeper than random bytes", arguments: 0..<50 as Range<UInt64>)
  func changedBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    for sample in Self.samples {
      for _ in 0..<40 {
        var bytes = sample
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] =
            Bool.random(using: &random)
            ? UInt8.random(in: .min ... .max, using: &random)
            : [0, 1, 0x3F, 0xC0, 0xFF].randomElement(using: &random) ?? 0
        }
        bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
        searchAll(bytes, &random)
      }
    }
  }

  @Test("quotes with a few bytes changed", arguments: 0..<50 as Range<UInt64>)
  func changedQuotesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let quote4 = Frame.tcp(from: "192.0.2.1", 1, to: "192.0.2.2", 2, options: [2, 4, 5, 0xB4], link: .raw)
    let fragment = Frame.Fragment(identification: 7, offset: 0, moreFollow: true)
    let quote6 = Frame.udp(from: "2001:db8::1", 1, to: "2001:db8::2", 2, fragment: fragment, link: .raw)
    let samples = [
      Frame.icmp(from: "203.0.113.9", to: "192.0.2.1", type: 3, payload: quote4),
      Frame.icmp(from: "2001:db8::9", to: "2001:db8::1", type: 1, payload: quote6),
    ]
    for sample in samples {
      for _ in 0..<100 {
        var frame = sample
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
        }
        frame.removeLast(Int.random(in: 0...frame.count / 2, using: &random))
        var packet = PacketFields()
        _ = packet.decode(frame, linkType: .ethernet)
        guard let quoted = frame.withRawSpan({ packet.quotedPacket(in: $0) }) else { continue }
        #expect(quoted.has([.addresses, .protocolNumber]) && quoted.version == packet.version)
        if quoted.has(.payload) { #expect(quoted.payload.upperBound <= frame.count) }
      }
    }
  }
}
