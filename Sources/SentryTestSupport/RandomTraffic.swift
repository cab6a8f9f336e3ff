internal import SentryPacket
public import SentryRules

/// Random packets between few hosts, so that tables and counters come into play: all protocols that rules know, fragments,
/// IPv6 extension headers, errors that quote what went before, handshakes split over segments, malformed ones, frames
/// without IP, cut captures. The same seed gives the same packets.
public struct RandomTraffic: Sequence, IteratorProtocol {
  public struct Packet: Sendable {
    public var frame: [UInt8]
    public var link: Frame.Link
    /// Bytes that were sent; a capture may hold fewer.
    public var wireLength: Int
    /// Seconds after the first packet: mostly small steps, sometimes hours or days, now and then a little back.
    public var seconds: Double
    /// Of TCP and UDP packets only.
    public var process: LocalProcess?
  }

  /// The addresses that count as this host.
  public static let local = ["192.0.2.10", "2001:db8::10"]
  private static let strangers = ["203.0.113.1", "203.0.113.2", "203.0.113.3", "198.51.100.7"]
  private static let strangersV6 = ["2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::1"]

  /// Where a packet goes.
  private struct Way {
    var source: String
    var destination: String

    var isIPv6: Bool { source.contains(":") }
    var reversed: Way { Way(source: destination, destination: source) }
  }

  /// One step of an exchange.
  private struct Segment {
    var way: Way
    var isFromClient: Bool
    var flags: Frame.TCPFlags
    var payload = ""
  }

  private var random: SplitMix64
  /// Draws processes, so that packets stay as they are without them.
  private var processes: SplitMix64
  private var packetsLeft: Int
  private var seconds = 0.0
  /// What is left of an HTTP exchange that other packets interrupt.
  private var exchange: [Segment] = []
  /// The latest packets with their ways, for errors to quote.
  private var latest: [(way: Way, packet: [UInt8])] = []

  public init(seed: UInt64, count: Int) {
    random = SplitMix64(state: seed)
    processes = SplitMix64(state: ~seed)
    packetsLeft = count
  }

  public mutating func next() -> Packet? {
    guard packetsLeft > 0 else { return nil }
    packetsLeft -= 1
    seconds += pause()
    let link: Frame.Link = pick([
      .ethernet, .ethernet, .ethernet, .ethernet(vlans: [7]), .ethernet(vlans: [100, 7]), .linuxCooked, .linuxCooked2,
      .raw, .pppoe, .snap, .null(bigEndian: false),
    ])
    guard !chance(2) else {
      let request = Frame.arp(from: Self.strangers[0], for: Self.local[0])
      return Packet(frame: request, link: .ethernet, wireLength: request.count, seconds: moment)
    }
    let frame = Frame.carrying(packet(), link: link)
    let kept = chance(3) ? Int.random(in: 0...frame.count, using: &random) : frame.count
    // What was not captured may have been cut off by the capture, or never sent.
    var packet = Packet(
      frame: Array(frame.prefix(kept)), link: link, wireLength: chance(50) ? frame.count : kept, seconds: moment)
    packet.process = process(of: packet)
    return packet
  }

  /// Some packets of a kind that may have one do.
  private mutating func process(of packet: Packet) -> LocalProcess? {
    var fields = PacketFields()
    _ = packet.frame.withRawSpan {
      fields.decode($0, linkType: packet.link.linkType, wireLength: packet.wireLength)
    }
    let drawn = Self.processes.randomElement(using: &processes) ?? nil
    return LocalFlow(fields, direction: .inbound) == nil ? nil : drawn
  }

  private static let processes: [LocalProcess?] = [
    nil, nil, LocalProcess(executable: "/usr/bin/curl", user: 0, permission: .allowed),
    LocalProcess(executable: "/opt/Curl", user: 1000),
    LocalProcess(executable: "/opt/curl", user: 1001, permission: .denied), LocalProcess(executable: nil, user: 33),
  ]

  private mutating func pause() -> Double {
    switch Int.random(in: 0..<1000, using: &random) {
    case ..<600: 0
    case ..<900: Double.random(in: 0..<2, using: &random)
    case ..<985: Double.random(in: 2..<70, using: &random)
    case ..<999: Double.random(in: 70..<2000, using: &random)
    default: Double.random(in: 90_000..<300_000, using: &random)
    }
  }

  /// Captures of several queues are not always in order.
  private var moment: Double {
    mutating get { chance(2) ? Swift.max(0, seconds - Double.random(in: 0..<3, using: &random)) : seconds }
  }

  // MARK: Packets

  private mutating func packet() -> [UInt8] {
    let way = way()
    if exchange.isEmpty, chance(5) { exchange = Self.exchange(way) }
    var packet =
      switch exchange.isEmpty || chance(50) ? Int.random(in: 0..<100, using: &random) : -1 {
      case -1: segment(exchange.removeFirst())
      case ..<8: hello(way)
      case ..<50: tcp(way)
      case ..<74: udp(way)
      case ..<82: icmp(way)
      case ..<88: error() ?? icmp(way)
      case ..<94: laterFragment(way)
      case ..<97: short(way)
      default: bare(way)
      }
    mark(&packet)
    if chance(30) { extend(&packet) }
    return packet
  }

  private mutating func way() -> Way {
    let isIPv6 = chance(25)
    let stranger = pick(isIPv6 ? Self.strangersV6 : Self.strangers)
    let way = Way(source: stranger, destination: Self.local[isIPv6 ? 1 : 0])
    return chance(65) ? way : way.reversed
  }

  /// A TLS ClientHello, whole or in two segments, always between the same ports so that the two find each other.
  private mutating func hello(_ way: Way) -> [UInt8] {
    let record = TLSClientHello.record(serverName: pick(["www.example.org", "example.org", "example.com"]))
    let middle = record.count / 2
    let (sequence, payload): (UInt32, [UInt8]) =
      switch Int.random(in: 0..<3, using: &random) {
      case 0: (1, record)
      case 1: (1, Array(record[..<middle]))
      default: (1 + UInt32(middle), Array(record[middle...]))
      }
    return Frame.tcp(
      from: way.source, 40_000, to: way.destination, 443, flags: [.ack, .psh], payload: payload, sequence: sequence,
      link: .raw)
  }

  /// From the handshake to the last FIN (RFC 9293 §3.5, §3.6).
  private static func exchange(_ way: Way) -> [Segment] {
    func client(_ flags: Frame.TCPFlags, _ payload: String = "") -> Segment {
      Segment(way: way, isFromClient: true, flags: flags, payload: payload)
    }
    func server(_ flags: Frame.TCPFlags, _ payload: String = "") -> Segment {
      Segment(way: way.reversed, isFromClient: false, flags: flags, payload: payload)
    }
    return [
      client(.syn), server([.syn, .ack]),
      client([.ack, .psh], "GET /scripts/root.exe HTTP/1.1\r\nHost: example.org\r\n\r\n"),
      client([.fin, .ack]), server([.ack, .psh], "HTTP/1.1 404 Not Found\r\n\r\n"), server([.fin, .ack]), client(.ack),
    ]
  }

  private mutating func segment(_ segment: Segment) -> [UInt8] {
    let ports: (source: UInt16, destination: UInt16) = segment.isFromClient ? (40_000, 80) : (80, 40_000)
    let packet = Frame.tcp(
      from: segment.way.source, ports.source, to: segment.way.destination, ports.destination, flags: segment.flags,
      payload: Array(segment.payload.utf8), link: .raw)
    return remembered(packet, segment.way)
  }

  private mutating func tcp(_ way: Way) -> [UInt8] {
    let flags: Frame.TCPFlags = pick([
      .syn, .syn, [.syn, .ack], .ack, [.ack, .psh], [.ack, .psh], [.fin, .ack], [.fin, .ack], .rst, [.urg, .ack],
    ])
    let options: [UInt8] = pick([[], [2, 4, 5, 180], [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]])
    let (sourcePort, destinationPort) = ports(way)
    let packet = Frame.tcp(
      from: way.source, sourcePort, to: way.destination, destinationPort, flags: flags, options: options,
      payload: flags.contains(.syn) ? [] : payload(), ipOptions: ipOptions(way), fragment: fragment(), link: .raw)
    return remembered(packet, way)
  }

  private mutating func udp(_ way: Way) -> [UInt8] {
    let (sourcePort, destinationPort) = ports(way)
    let packet = Frame.udp(
      from: way.source, sourcePort, to: way.destination, destinationPort, payload: payload(),
      ipOptions: ipOptions(way), fragment: fragment(), link: .raw)
    return remembered(packet, way)
  }

  private mutating func icmp(_ way: Way) -> [UInt8] {
    let packet = Frame.icmp(
      from: way.source, to: way.destination, type: pick(way.isIPv6 ? [128, 129, 135, 1] : [8, 8, 0, 3, 5, 11]),
      code: pick([0, 0, 1]), identifier: pick([1, 2]), link: .raw)
    return remembered(packet, way)
  }

  private mutating func remembered(_ packet: [UInt8], _ way: Way) -> [UInt8] {
    if latest.count == 8 { latest.removeFirst() }
    latest.append((way, packet))
    return packet
  }

  /// An error about one of the latest packets, from its receiver or from a router, at times to somebody else than its
  /// sender (RFC 792; RFC 4443 §3).
  private mutating func error() -> [UInt8]? {
    guard !latest.isEmpty else { return nil }
    let (way, packet) = pick(latest)
    let router = way.isIPv6 ? Self.strangersV6[2] : Self.strangers[3]
    let sender = chance(50) ? way.destination : router
    let receiver = chance(90) ? way.source : way.destination
    let quoted = chance(70) ? packet : Array(packet.prefix((way.isIPv6 ? 40 : 20) + 8))
    return Frame.icmp(
      from: sender, to: receiver, type: pick(way.isIPv6 ? [1, 3] : [3, 11]), code: pick([0, 1]), payload: quoted,
      link: .raw)
  }

  private mutating func laterFragment(_ way: Way) -> [UInt8] {
    let payload = [UInt8](repeating: 0x41, count: 24)
    let (number, offset): (UInt8, UInt16) = (pick([6, 17]), pick([1, 63, 64, 185]))
    guard way.isIPv6 else {
      return Frame.ipv4(
        from: way.source, to: way.destination, protocol: number, identification: pick([1, 2]), fragmentOffset: offset,
        moreFragments: chance(50), payload: payload, link: .raw)
    }
    let header = Frame.ipv6Fragment(
      nextHeader: number, Frame.Fragment(identification: pick([1, 2]), offset: offset, moreFollow: chance(50)))
    return Frame.ipv6(
      from: way.source, to: way.destination, nextHeader: 44, payload: header + payload, link: .raw)
  }

  /// Too short for the header of its protocol, or of no IP version.
  private mutating func short(_ way: Way) -> [UInt8] {
    let number: UInt8 = pick([6, 17, 1])
    let payload = [UInt8](repeating: 0, count: pick([0, 3, 7]))
    var packet =
      way.isIPv6
      ? Frame.ipv6(from: way.source, to: way.destination, nextHeader: number, payload: payload, link: .raw)
      : Frame.ipv4(
        from: way.source, to: way.destination, protocol: number, payload: payload, headerLength: chance(20) ? 16 : nil,
        link: .raw)
    if chance(10) { packet[0] = packet[0] & 0x0F | 0x50 }
    return packet
  }

  /// A protocol without ports.
  private mutating func bare(_ way: Way) -> [UInt8] {
    way.isIPv6
      ? Frame.ipv6(from: way.source, to: way.destination, nextHeader: 47, payload: [0, 0, 0, 0], link: .raw)
      : Frame.ipv4(from: way.source, to: way.destination, protocol: 47, payload: [0, 0, 0, 0], link: .raw)
  }

  // MARK: Headers

  /// Sets a time to live and a traffic class. Nobody reads the header checksum, so that stays as it was.
  private mutating func mark(_ packet: inout [UInt8]) {
    let timeToLive: UInt8 = pick([64, 64, 1, 63, 128])
    let trafficClass: UInt8 = pick([0, 0, 46 << 2, 10 << 2 | 3])
    if packet[0] >> 4 == 6 {
      packet[0] = 0x60 | trafficClass >> 4
      packet[1] = trafficClass << 4 | packet[1] & 0x0F
      packet[7] = timeToLive
    } else {
      packet[1] = trafficClass
      packet[8] = timeToLive
    }
  }

  /// Puts an extension header, hop-by-hop, routing or destination options, behind an IPv6 header (RFC 8200 §4).
  private mutating func extend(_ packet: inout [UInt8]) {
    guard packet[0] >> 4 == 6, packet.count >= 40 else { return }
    let header = Frame.ipv6Extension(nextHeader: packet[6], data: [UInt8](repeating: 0, count: pick([0, 12])))
    packet.insert(contentsOf: header, at: 40)
    packet[6] = pick([0, 43, 60])
    let length = UInt16(packet[4]) << 8 | UInt16(packet[5]) + UInt16(header.count)
    (packet[4], packet[5]) = (UInt8(length >> 8), UInt8(length & 0xFF))
  }

  /// Most packets belong to one flow of their hosts, so that it comes to something.
  private mutating func ports(_ way: Way) -> (source: UInt16, destination: UInt16) {
    guard chance(60) else { return (port(), port()) }
    return Self.local.contains(way.source) ? (40_000, 80) : (80, 40_000)
  }

  private mutating func port() -> UInt16 { pick([22, 23, 53, 80, 443, 500, 40_000, 40_001]) }

  private mutating func fragment() -> Frame.Fragment? {
    chance(6) ? Frame.Fragment(identification: pick([1, 2, 3]), offset: 0, moreFollow: true) : nil
  }

  private mutating func ipOptions(_ way: Way) -> [UInt8] {
    way.isIPv6 ? [] : pick([[], [], [], [131, 4, 4, 0], [131, 4, 4, 0, 137, 4, 4, 0], [7, 3, 4, 0]])
  }

  private mutating func payload() -> [UInt8] { pick(Self.payloads) }

  private static let payloads: [[UInt8]] =
    [
      "", "x", "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n", "get /scripts/root.exe HTTP/1.0\r\n\r\n",
      "POST /shop HTTP/1.1\r\nAccept: */*\r\nhost: shop.example.org\r\n\r\nexample", "....exam..GET..example....",
    ].map { Array($0.utf8) }
    + ["example.org", "www.example.org"].compactMap { DNSQuery(name: $0)?.message }
    + ["example.org"].compactMap { DNSQuery(name: $0)?.messageOverTCP }

  // MARK: Choices

  private mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
}
