internal import SentryPacket

/// Random packets between few hosts, so that tables and counters come into play: all protocols that rules know, fragments,
/// malformed ones, frames without IP. The same seed gives the same packets.
public struct RandomTraffic: Sequence, IteratorProtocol {
  public struct Packet: Sendable {
    public var frame: [UInt8]
    public var link: Frame.Link
    /// Seconds after the first packet; mostly small steps, sometimes hours or days.
    public var seconds: Double
  }

  /// The addresses that count as this host.
  public static let local = ["192.0.2.10", "2001:db8::10"]
  private static let strangers = ["203.0.113.1", "203.0.113.2", "203.0.113.3", "198.51.100.7"]
  private static let strangersV6 = ["2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::1"]

  private var random: SplitMix64
  private var packetsLeft: Int
  private var seconds = 0.0

  public init(seed: UInt64, count: Int) {
    random = SplitMix64(state: seed)
    packetsLeft = count
  }

  public mutating func next() -> Packet? {
    guard packetsLeft > 0 else { return nil }
    packetsLeft -= 1
    seconds += pause()
    let link = pick([Frame.Link.ethernet, .ethernet, .ethernet, .ethernet(vlans: [7]), .linuxCooked, .raw])
    var frame = frame(link)
    if chance(3) { frame = Array(frame.prefix(Int.random(in: 0...frame.count, using: &random))) }
    return Packet(frame: frame, link: link, seconds: seconds)
  }

  private mutating func pause() -> Double {
    switch Int.random(in: 0..<1000, using: &random) {
    case ..<600: 0
    case ..<900: Double.random(in: 0..<2, using: &random)
    case ..<985: Double.random(in: 2..<70, using: &random)
    case ..<999: Double.random(in: 70..<2000, using: &random)
    default: Double.random(in: 90_000..<300_000, using: &random)
    }
  }

  private mutating func frame(_ link: Frame.Link) -> [UInt8] {
    let isV6 = chance(25)
    let stranger = pick(isV6 ? Self.strangersV6 : Self.strangers)
    let host = Self.local[isV6 ? 1 : 0]
    let (source, destination) = chance(65) ? (stranger, host) : (host, stranger)
    switch Int.random(in: 0..<100, using: &random) {
    case ..<6: return hello(from: source, to: destination, link)
    case ..<50: return tcp(from: source, to: destination, link)
    case ..<75: return udp(from: source, to: destination, link)
    case ..<88: return icmp(from: source, to: destination, link)
    case ..<93: return laterFragment(from: source, to: destination, link)
    case ..<96: return short(from: source, to: destination, link)
    case ..<98: return bare(from: source, to: destination, link)
    default: return Frame.arp(from: Self.strangers[0], for: Self.local[0])
    }
  }

  /// A TLS ClientHello, whole or in two segments, always between the same ports so that the two find each other.
  private mutating func hello(from source: String, to destination: String, _ link: Frame.Link) -> [UInt8] {
    let record = TLSClientHello.record(serverName: pick(["www.example.org", "example.org", "example.com"]))
    let middle = record.count / 2
    let (sequence, payload): (UInt32, [UInt8]) =
      switch Int.random(in: 0..<3, using: &random) {
      case 0: (1, record)
      case 1: (1, Array(record[..<middle]))
      default: (1 + UInt32(middle), Array(record[middle...]))
      }
    return Frame.tcp(
      from: source, 40_000, to: destination, 443, flags: [.ack, .psh], payload: payload, sequence: sequence, link: link)
  }

  private mutating func tcp(from source: String, to destination: String, _ link: Frame.Link) -> [UInt8] {
    let flags: Frame.TCPFlags = pick([.syn, .syn, [.syn, .ack], .ack, [.ack, .psh], [.fin, .ack], .rst])
    let options: [UInt8] = pick([[], [2, 4, 5, 180], [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]])
    return Frame.tcp(
      from: source, port(), to: destination, port(), flags: flags, options: options,
      payload: flags.contains(.syn) ? [] : payload(), ipOptions: ipOptions(source), fragment: fragment(), link: link)
  }

  private mutating func udp(from source: String, to destination: String, _ link: Frame.Link) -> [UInt8] {
    Frame.udp(
      from: source, port(), to: destination, port(), payload: payload(), ipOptions: ipOptions(source),
      fragment: fragment(), link: link)
  }

  private mutating func icmp(from source: String, to destination: String, _ link: Frame.Link) -> [UInt8] {
    let isV6 = source.contains(":")
    if chance(20) {
      // An error about something that went the other way (RFC 792; RFC 4443 §3).
      let quoted = Frame.udp(from: destination, port(), to: source, port(), link: .raw)
      return Frame.icmp(
        from: source, to: destination, type: isV6 ? 1 : 3, code: 1, payload: quoted, link: link)
    }
    return Frame.icmp(
      from: source, to: destination, type: pick(isV6 ? [128, 129, 135, 1] : [8, 8, 0, 3, 5, 11]),
      code: pick([0, 0, 1]),
      identifier: pick([1, 2]), link: link)
  }

  private mutating func laterFragment(from source: String, to destination: String, _ link: Frame.Link) -> [UInt8] {
    let payload = [UInt8](repeating: 0x41, count: 24)
    let (number, offset): (UInt8, UInt16) = (pick([6, 17]), pick([1, 63, 64, 185]))
    guard source.contains(":") else {
      return Frame.ipv4(
        from: source, to: destination, protocol: number, identification: pick([1, 2]), fragmentOffset: offset,
        moreFragments: chance(50), payload: payload, link: link)
    }
    let header = Frame.ipv6Fragment(
      nextHeader: number, Frame.Fragment(identification: pick([1, 2]), offset: offset, moreFollow: chance(50)))
    return Frame.ipv6(from: source, to: destination, nextHeader: 44, payload: header + payload, link: link)
  }

  /// Too short for the header of its protocol.
  private mutating func short(from source: String, to destination: String, _ link: Frame.Link) -> [UInt8] {
    let number: UInt8 = pick([6, 17, 1])
    let payload = [UInt8](repeating: 0, count: pick([0, 3, 7]))
    return source.contains(":")
      ? Frame.ipv6(from: source, to: destination, nextHeader: number, payload: payload, link: link)
      : Frame.ipv4(
        from: source, to: destination, protocol: number, payload: payload, headerLength: chance(20) ? 16 : nil,
        link: link)
  }

  /// A protocol without ports.
  private mutating func bare(from source: String, to destination: String, _ link: Frame.Link) -> [UInt8] {
    source.contains(":")
      ? Frame.ipv6(from: source, to: destination, nextHeader: 47, hopLimit: 1, payload: [0, 0, 0, 0], link: link)
      : Frame.ipv4(from: source, to: destination, protocol: 47, timeToLive: 1, payload: [0, 0, 0, 0], link: link)
  }

  // MARK: Parts

  private mutating func port() -> UInt16 { pick([22, 23, 53, 80, 443, 500, 40_000, 40_001]) }

  private mutating func fragment() -> Frame.Fragment? {
    chance(6) ? Frame.Fragment(identification: pick([1, 2]), offset: 0, moreFollow: true) : nil
  }

  private mutating func ipOptions(_ source: String) -> [UInt8] {
    source.contains(":") ? [] : pick([[], [], [], [131, 4, 4, 0], [131, 4, 4, 0, 137, 4, 4, 0], [7, 3, 4, 0]])
  }

  private mutating func payload() -> [UInt8] {
    pick(Self.payloads)
  }

  private static let payloads: [[UInt8]] =
    [
      "", "x", "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n", "get /scripts/root.exe HTTP/1.0\r\n\r\n",
      "POST /shop HTTP/1.1\r\nAccept: */*\r\nhost: shop.example.org\r\n\r\nexample", "....exam..GET..example....",
    ].map { Array($0.utf8) } + ["example.org", "www.example.org"].compactMap { DNSQuery(name: $0)?.message }

  // MARK: Choices

  private mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
}
