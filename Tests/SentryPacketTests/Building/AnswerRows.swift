import SentryPacket
import SentryTestSupport
import Testing

/// A captured frame that something is said to, in a row of a table.
struct AnsweredFrame: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let frame: [UInt8]
  let link: Frame.Link

  init(_ testDescription: String, _ frame: [UInt8], link: Frame.Link = .ethernet) {
    self.testDescription = testDescription
    self.frame = frame
    self.link = link
  }

  /// Decodes the frame, as if `wireLength` bytes had been sent, and hands both out.
  func decoded<Result>(wireLength: Int? = nil, _ body: (PacketFields, RawSpan) -> Result) -> Result {
    var packet = PacketFields()
    return frame.withRawSpan { frame in
      _ = packet.decode(frame, linkType: link.linkType, wireLength: wireLength ?? frame.byteCount)
      return body(packet, frame)
    }
  }

  /// The IP packet alone.
  var packet: [UInt8] {
    decoded { packet, _ in
      Array(frame.dropFirst(Int(packet.networkOffset)).prefix(Int(packet.byteCount)))
    }
  }

  /// What `write` makes of it; `nil` if nothing.
  func answer(_ write: (inout PacketBuffer, PacketFields, RawSpan) -> Bool) -> [UInt8]? {
    decoded { packet, frame in
      var buffer = PacketBuffer()
      return write(&buffer, packet, frame) ? buffer.bytes : nil
    }
  }
}

extension PacketBuffer {
  /// A copy.
  var bytes: [UInt8] { withBytes { bytes in (0..<bytes.byteCount).compactMap { bytes.wire8(at: $0) } } }
}

/// What a test reads in an answer.
struct ReadAnswer {
  let fields: PacketFields
  let kind: FrameKind
  let packet: [UInt8]

  init(_ packet: [UInt8]) {
    self.packet = packet
    var fields = PacketFields()
    kind = packet.withRawSpan { fields.decode($0, linkType: .raw, wireLength: packet.count) }
    self.fields = fields
  }

  var flags: Frame.TCPFlags { Frame.TCPFlags(rawValue: fields.tcpFlags) }
  var sequence: UInt32 { fields.tcpSequence }
  var acknowledgement: UInt32 {
    packet.withRawSpan { $0.wire32(at: Int(fields.tcpOptions.lowerBound) - 12) ?? 0 }
  }
}

/// Segments of every shape that matters to an answer: flags, payload, options, fragments, both versions, several links.
enum AnsweredSegments {
  static let rows: [AnsweredFrame] =
    combinations + [
      AnsweredFrame("TCP options", tcp(.syn, options: [2, 4, 5, 0xB4, 1, 3, 3, 7])),
      AnsweredFrame("IP options", tcp([.ack, .psh], payload: "x", ipOptions: [0x94, 4, 0, 0])),
      AnsweredFrame(
        "a first fragment",
        tcp(.ack, payload: "12345678", fragment: .init(identification: 7, offset: 0, moreFollow: true))),
      AnsweredFrame("VLAN tags", tcp(.syn, link: .ethernet(vlans: [5, 7])), link: .ethernet(vlans: [5, 7])),
      AnsweredFrame("Linux cooked", tcp(.syn, link: .linuxCooked), link: .linuxCooked),
      AnsweredFrame("no link header", tcp(.syn, link: .raw), link: .raw),
      AnsweredFrame("padding behind the packet", tcp(.syn) + [1, 2, 3, 4, 5, 6]),
      AnsweredFrame("a number about to wrap", tcp(.syn, payload: "abc", sequence: .max - 1)),
      AnsweredFrame("a long segment", tcp([.ack, .psh], payload: String(repeating: "long ", count: 8_000))),
      AnsweredFrame("IPv6 extension headers", behindExtensionHeaders),
      AnsweredFrame("a first fragment of IPv6", firstFragmentOfIPv6),
    ]

  private static let combinations = [
    [], [.syn], [.fin], [.ack], [.syn, .ack], [.fin, .ack], [.psh, .ack], [.rst], [.rst, .ack], [.syn, .fin],
  ]
  .flatMap { (flags: Frame.TCPFlags) in
    ["", "odd", "even"].flatMap { payload in
      [("IPv4", "203.0.113.9", "192.0.2.10"), ("IPv6", "2001:db8::9", "2001:db8::10")].map { family, from, to in
        AnsweredFrame(
          "flags \(flags.rawValue), \(payload.utf8.count) bytes of payload, \(family)",
          tcp(flags, payload: payload, from: from, to: to))
      }
    }
  }

  static func tcp(
    _ flags: Frame.TCPFlags, payload: String = "", sequence: UInt32 = 4_000_000_000, from: String = "203.0.113.9",
    to: String = "192.0.2.10", options: [UInt8] = [], ipOptions: [UInt8] = [], fragment: Frame.Fragment? = nil,
    link: Frame.Link = .ethernet
  ) -> [UInt8] {
    Frame.tcp(
      from: from, 40_000, to: to, 80, flags: flags, options: options, payload: Array(payload.utf8), sequence: sequence,
      acknowledgement: 77_777, ipOptions: ipOptions, fragment: fragment, link: link)
  }

  /// TCP from `2001:db8::9` to `2001:db8::10`, header and payload alone.
  private static func segment(_ payload: [UInt8]) -> [UInt8] {
    var segment = TCPSegment(sourcePort: 40_000, destinationPort: 80, flags: 0x18)
    segment.payload = payload
    segment.acknowledgement = 5
    return segment.bytes(
      from: IPAddress(high: 0x2001_0DB8_0000_0000, low: 9), to: IPAddress(high: 0x2001_0DB8_0000_0000, low: 0x10))
  }

  private static let behindExtensionHeaders = Frame.ipv6(
    from: "2001:db8::9", to: "2001:db8::10", nextHeader: 0,
    payload: Frame.ipv6Extension(nextHeader: 60, data: [1, 4, 0, 0, 0, 0])
      + Frame.ipv6Extension(nextHeader: 6, data: [1, 4, 0, 0, 0, 0]) + segment([1, 2, 3]))

  private static let firstFragmentOfIPv6 = Frame.ipv6(
    from: "2001:db8::9", to: "2001:db8::10", nextHeader: 44, hopLimit: 9,
    payload: Frame.ipv6Fragment(nextHeader: 6, .init(identification: 7, offset: 0, moreFollow: true))
      + segment([1, 2, 3, 4]))
}
