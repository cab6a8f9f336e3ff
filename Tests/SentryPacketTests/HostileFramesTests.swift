import SentryPacket
import SentryTestSupport
import Testing

/// What no frame can do to the decoder, however it was cut or made up.
struct HostileFramesTests {
  private static let linkTypes: [LinkType] = [
    .ethernet, .null, .loop, .ppp, .pppSerial, .pppEther, .linuxCooked, .linuxCooked2, .raw, .ipv4, .ipv6,
    LinkType(rawValue: 147), LinkType(rawValue: -1),
  ]

  struct Sample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let frame: [UInt8]
    let linkType: LinkType
  }

  private static let samples: [Sample] = {
    let fragment = Frame.Fragment(identification: 7, offset: 0, moreFollow: true)
    let links: [(String, Frame.Link)] = [
      ("Ethernet", .ethernet), ("VLAN", .ethernet(vlans: [5, 7])), ("PPPoE", .pppoe), ("SNAP", .snap),
      ("cooked", .linuxCooked), ("cooked 2", .linuxCooked2), ("loopback", .null(bigEndian: false)), ("raw", .raw),
    ]
    return links.flatMap { name, link in
      [("IPv4", "203.0.113.9", "192.0.2.10"), ("IPv6", "2001:db8::9", "2001:db8::1")].flatMap { version, from, to in
        [
          ("TCP", Frame.tcp(from: from, 40000, to: to, 23, options: [2, 4, 5, 0xB4], payload: [1, 2, 3], link: link)),
          ("UDP", Frame.udp(from: from, 53, to: to, 40000, payload: [1, 2, 3], link: link)),
          ("UDP fragment", Frame.udp(from: from, 53, to: to, 53, payload: [1, 2, 3], fragment: fragment, link: link)),
          ("ICMP", Frame.icmp(from: from, to: to, type: version == "IPv4" ? 8 : 128, identifier: 7, link: link)),
        ].map { Sample(testDescription: "\(name) \(version) \($0)", frame: $1, linkType: link.linkType) }
      }
    }
  }()

  @Test("a cut by the snap length only takes values away, and never makes a packet malformed", arguments: samples)
  func cut(_ sample: Sample) {
    var whole = PacketFields()
    #expect(whole.decode(sample.frame, linkType: sample.linkType) == .ip)
    #expect(whole.has([.addresses, .protocolNumber, .payload]))
    var before: PacketFields.Presence = []
    for length in 0...sample.frame.count {
      let frame = Array(sample.frame.prefix(length))
      var fields = PacketFields()
      let kind = fields.decode(frame, linkType: sample.linkType, wireLength: sample.frame.count)
      #expect(kind == .ip || (kind == .notIP && before.isSubset(of: .ethernet)), "\(length) bytes")
      #expect(fields.present.isSuperset(of: before), "\(length) bytes")
      expectSameValues(fields, whole, length)
      before = fields.present
    }
    #expect(before == whole.present)
  }

  /// Values that are present in a cut frame are those of the whole one.
  private func expectSameValues(_ cut: PacketFields, _ whole: PacketFields, _ length: Int) {
    if cut.has(.addresses) {
      #expect(cut.source == whole.source && cut.destination == whole.destination, "\(length) bytes")
      #expect(cut.timeToLive == whole.timeToLive && cut.trafficClass == whole.trafficClass, "\(length) bytes")
    }
    if cut.has(.ports) {
      #expect(cut.sourcePort == whole.sourcePort && cut.destinationPort == whole.destinationPort, "\(length) bytes")
    }
    if cut.has(.tcpFlags) {
      #expect(cut.tcpFlags == whole.tcpFlags && cut.tcpSequence == whole.tcpSequence, "\(length) bytes")
    }
    if cut.has(.vlan) { #expect(cut.vlan == whole.vlan, "\(length) bytes") }
    if cut.has(.tcpOptions) { #expect(cut.tcpOptions == whole.tcpOptions, "\(length) bytes") }
    if cut.has(.icmpIdentifier) { #expect(cut.icmpIdentifier == whole.icmpIdentifier, "\(length) bytes") }
    if cut.has(.payload) { #expect(cut.payload.lowerBound == whole.payload.lowerBound, "\(length) bytes") }
  }

  @Test("a frame that ended early on the wire has no values beyond its end", arguments: samples)
  func shortOnTheWire(_ sample: Sample) {
    for length in 0...sample.frame.count {
      let frame = Array(sample.frame.prefix(length))
      var fields = PacketFields()
      _ = fields.decode(frame, linkType: sample.linkType)
      expectInside(fields, frame)
    }
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func randomBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    for linkType in Self.linkTypes {
      for _ in 0..<100 {
        let frame = (0..<Int.random(in: 0...120, using: &random)).map { _ in
          UInt8.random(in: .min ... .max, using: &random)
        }
        decodeHostile(frame, linkType, &random)
      }
    }
  }

  @Test("samples with a few bytes changed reach deeper than random bytes", arguments: 0..<50 as Range<UInt64>)
  func changedBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    for sample in Self.samples {
      for _ in 0..<20 {
        var frame = sample.frame
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let index = Int.random(in: 0..<frame.count, using: &random)
          frame[index] =
            Bool.random(using: &random) ? UInt8.random(in: .min ... .max, using: &random) : [0, 1, 0xFF][index % 3]
        }
        frame.removeLast(Int.random(in: 0...frame.count, using: &random))
        decodeHostile(frame, sample.linkType, &random)
      }
    }
  }

  private func decodeHostile(_ frame: [UInt8], _ linkType: LinkType, _ random: inout SplitMix64) {
    var fields = PacketFields()
    let wireLengths = [frame.count, 0, frame.count + 1400, Int(UInt32.max), .max, .min]
    let wireLength = wireLengths[Int.random(in: 0..<wireLengths.count, using: &random)]
    _ = fields.decode(frame, linkType: linkType, wireLength: wireLength)
    expectInside(fields, frame)
    _ = frame.withRawSpan { fields.quotedPacket(in: $0) }
    _ = frame.withRawSpan { $0.containsOption(7, in: fields.ipOptions) }
    _ = frame.withRawSpan { $0.containsOption(2, in: fields.tcpOptions, matchesLowBits: true) }
  }

  /// Every range that is present lies inside the captured bytes.
  private func expectInside(_ fields: PacketFields, _ frame: [UInt8]) {
    if fields.has(.payload) { #expect(fields.payload.upperBound <= frame.count) }
    if fields.has(.ipOptions) { #expect(fields.ipOptions.upperBound <= frame.count) }
    if fields.has(.tcpOptions) { #expect(fields.tcpOptions.upperBound <= frame.count) }
  }
}
