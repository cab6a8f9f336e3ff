import SentryPacket
import SentryTestSupport

/// Random packets that rules are really for: addresses, ports and types of the rules themselves, and their neighbours.
struct PacketDraw {
  private var random: SplitMix64
  private var addresses: [IPAddress]
  private let own: [IPAddress]
  private let ports: [UInt16]
  private let lengths: [Int]
  /// With rules that keep state: flows recur in both directions, and nothing is drawn that ipfw and we call different flows
  /// (docs/Import.md): later fragments, other ICMP than echo, a connection on two interfaces.
  private let isOfFlows: Bool
  private var flows: [SeenPacket] = []

  init(_ rules: String, me: [String], seed: UInt64) {
    random = SplitMix64(state: seed)
    own = me.compactMap { IPAddress($0) }
    isOfFlows = rules.contains("keep-state")
    addresses = own + ["203.0.113.77", "127.0.0.1", "255.255.255.255", "224.0.0.1"].compactMap { IPAddress($0) }
    if rules.contains("::") {
      addresses += ["::1", "2001:db8:5::5", "2001:db9::1", "fe80::1", "ff02::1", "::"].compactMap { IPAddress($0) }
    }
    var numbers: Set<Int> = [0, 1, 22, 80, 1023, 1024, 40_000, 65_535]
    for word in rules.split(whereSeparator: { " ,{}\n".contains($0) }) {
      if let number = Int(word) { numbers.formUnion([number - 1, number, number + 1]) }
      let ends = word.split(separator: "-").compactMap { Int($0) }
      for end in ends { numbers.formUnion([end - 1, end, end + 1]) }
      addresses += Self.neighbours(of: word)
    }
    ports = numbers.compactMap { UInt16(exactly: $0) }.sorted()
    lengths = numbers.filter { (60...300).contains($0) }.sorted()
  }

  /// Addresses in a net, at its ends, and beside it.
  private static func neighbours(of word: Substring) -> [IPAddress] {
    let parts = word.split(whereSeparator: { $0 == "/" || $0 == ":" })
    guard let base = parts.first.flatMap({ IPAddress($0)?.v4 }) else { return [] }
    let length = parts.count > 1 ? Int(parts[1]) ?? 26 : 32
    let size = length == 0 ? 0 : UInt32(truncatingIfNeeded: UInt64(1) << (32 - length))
    let first = size == 0 ? 0 : base & ~(size &- 1)
    return [first, first &+ 1, first &+ size / 2, first &+ size &- 1, first &+ size, first &- 1].map {
      IPAddress(v4: $0)
    }
  }

  mutating func next() -> SeenPacket {
    guard isOfFlows, chance(70) else {
      let packet = fresh()
      if isOfFlows {
        flows.append(packet)
        if flows.count > 64 { flows.removeFirst() }
      }
      return packet
    }
    return again()
  }

  /// Another packet of a flow, in either direction.
  private mutating func again() -> SeenPacket {
    guard var packet = flows.randomElement(using: &random) else { return fresh() }
    if chance(60) {
      (packet.source, packet.destination) = (packet.destination, packet.source)
      (packet.sourcePort, packet.destinationPort) = (packet.destinationPort, packet.sourcePort)
      if packet.protocolNumber == 1 { packet.icmpType = packet.icmpType == 8 ? 0 : 8 }
    }
    packet.tcpFlags = flags()
    packet.isOut = isOut(packet)
    return packet
  }

  private mutating func fresh() -> SeenPacket {
    let source = pick(addresses)
    let peers = addresses.filter { $0.isIPv4 == source.isIPv4 }
    let mine = own.filter { $0.isIPv4 == source.isIPv4 }
    let destination = chance(40) ? mine.randomElement(using: &random) ?? pick(peers) : pick(peers)
    var packet = SeenPacket(
      source: source, destination: destination,
      protocolNumber: source.isIPv4 ? pick([6, 6, 6, 17, 17, 1, 47, 50, 51]) : pick([6, 6, 17, 17, 58, 47]))
    if chance(30) { swap(&packet.source, &packet.destination) }
    (packet.sourcePort, packet.destinationPort) = (port(), port())
    packet.tcpFlags = flags()
    packet.icmpType =
      isOfFlows
      ? pick([8, 0])
      : packet.isIPv4 ? pick([0, 3, 4, 5, 8, 11, 12, 13, 30]) : pick([1, 2, 3, 128, 129, 134, 135, 136])
    if packet.isIPv4, chance(10) { packet.ipOptions = pick([[131], [137], [7], [68], [131, 137]]) }
    if chance(50) { packet.tcpOptions = pick([[2], [2, 3], [2, 8], [8], [4], [2, 4, 8]]) }
    packet.timeToLive = pick([64, 1, 5, 6, 255, 254])
    packet.length = lengths.randomElement(using: &random) ?? 100
    if !isOfFlows { fragment(&packet) }
    let loops = own.contains(packet.source) && own.contains(packet.destination) || packet.source.isLoopback
    packet.interface = isOfFlows ? (loops ? "lo0" : "en0") : pick(["en0", "en0", "en0", "en1", "lo0"])
    packet.isOut = isOut(packet)
    return packet
  }

  /// Few identifications, so that many later fragments follow a first one that has ports.
  private mutating func fragment(_ packet: inout SeenPacket) {
    packet.identification = pick([1, 2, 3])
    guard chance(25) else { return }
    packet.moreFragments = chance(50)
    packet.fragmentOffset = packet.moreFragments && chance(50) ? 0 : pick([1, 10, 64, 185])
  }

  /// We see what stays on the machine once, on its way in.
  private mutating func isOut(_ packet: SeenPacket) -> Bool {
    if packet.interface == "lo0" { return false }
    return isOfFlows ? own.contains(packet.source) : chance(40)
  }

  private mutating func flags() -> UInt8 { pick([0x02, 0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14, 0x03, 0x00, 0x29]) }

  private mutating func port() -> UInt16 { chance(15) ? UInt16.random(in: .min ... .max, using: &random) : pick(ports) }

  private mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
}

extension SeenPacket {
  /// The packet on the wire, from the IP header on. Sets its length.
  mutating func bytes() -> [UInt8] {
    var header = IPHeader(source: source, destination: destination, protocolNumber: protocolNumber)
    header.timeToLive = timeToLive
    if moreFragments || fragmentOffset > 0 {
      header.fragment = IPFragment(
        identification: UInt32(identification), offset: fragmentOffset, moreFollow: moreFragments)
    }
    header.options = ipOptions.flatMap { [$0, 4, 4, 0] as [UInt8] }
    var payload = transport
    if fragmentOffset > 0 { payload = [UInt8](repeating: 0x55, count: 24) }
    var packet = header.packet(carrying: payload)
    // The filling lies behind all headers.
    if packet.count < length {
      packet = header.packet(carrying: payload + [UInt8](repeating: 0, count: length - packet.count))
    }
    length = packet.count
    return packet
  }

  /// What IP carries.
  var transport: [UInt8] {
    switch protocolNumber {
    case 6:
      var segment = TCPSegment(sourcePort: sourcePort, destinationPort: destinationPort, flags: tcpFlags)
      segment.options = tcpOptions.flatMap(Self.option)
      return segment.bytes(from: source, to: destination)
    case 17:
      return UDPDatagram(sourcePort: sourcePort, destinationPort: destinationPort, payload: []).bytes(
        from: source, to: destination)
    case 1, 58:
      let echo = ICMPMessage.echo(identifier: 7, sequence: 1)
      return ICMPMessage(type: icmpType, code: 0, restOfHeader: echo, body: []).bytes(from: source, to: destination)
    default: return [UInt8](repeating: 0, count: 24)
    }
  }

  /// RFC 9293 §3.1, RFC 7323, RFC 2018.
  private static func option(_ kind: UInt8) -> [UInt8] {
    switch kind {
    case 2: [2, 4, 5, 180]
    case 3: [3, 3, 7]
    case 4: [4, 2]
    case 8: [8, 10, 0, 0, 0, 1, 0, 0, 0, 0]
    default: []
    }
  }
}
