public import SentryPacket

extension PacketNotation {
  /// A packet as a line that people read: `tcp 203.0.113.9:40000 > 192.0.2.10:23 syn in size 44`.
  ///
  /// The line reads again as a packet with the same fields; what it leaves out is the link's addresses, options, sequence
  /// numbers and the payload, of which only the length remains. (Not so an IPv6 packet with mapped IPv4 addresses, which
  /// the notation has no words for.) `nil` if the packet has no addresses, as one that is not IP, or of which too little was
  /// captured.
  ///
  /// - Parameters:
  ///   - direction: said if given; so are the interface's name, and whether it is external.
  public static func text(
    of fields: PacketFields, direction: Direction? = nil, interface: String? = nil, isExternal: Bool? = nil
  ) -> String? {
    guard fields.has([.addresses, .protocolNumber]) else { return nil }
    let transport = NotationProtocol(number: fields.protocolNumber, isIPv4: fields.version == 4)
    // Of a header that is too short only the protocol is left.
    let isShort = !fields.isLaterFragment && !fields.hasHeader(of: transport)
    var words = [isShort ? "proto \(fields.protocolNumber)" : transport.name]
    let showsHeader = !isShort && !fields.isLaterFragment
    let ends = [fields.source, fields.destination].map(\.description)
    words.append(showsHeader && transport.hasPorts ? fields.endsWithPorts : ends.joined(separator: " > "))
    if showsHeader { words += fields.headerWords(transport) }
    words += fields.networkWords
    switch direction {
    case .inbound: words.append("in")
    case .outbound: words.append("out")
    case nil: break
    }
    if let interface { words.append("on \(interface.notationWord)") }
    if let isExternal { words.append(isExternal ? "external" : "internal") }
    return words.joined(separator: " ")
  }
}

extension PacketFields {
  fileprivate var endsWithPorts: String {
    "\(source.text(port: sourcePort)) > \(destination.text(port: destinationPort))"
  }

  /// All of the header, not only its first bytes.
  fileprivate func hasHeader(of transport: NotationProtocol) -> Bool {
    switch transport {
    case .tcp: has([.ports, .tcpFlags]) && holds(20)
    case .udp: has(.ports) && holds(8)
    case .icmp: has(.icmp) && holds(8)
    case .icmpv6: has(.icmpv6) && holds(8)
    case .other: true
    }
  }

  /// Behind the IP header, and a fragment header of IPv6, there is room for as many bytes.
  private func holds(_ count: UInt32) -> Bool {
    let headers: UInt32 = version == 4 ? 20 : isFirstFragment || isLaterFragment ? 48 : 40
    return byteCount >= headers + count
  }

  fileprivate func headerWords(_ transport: NotationProtocol) -> [String] {
    switch transport {
    case .tcp:
      let flags = TCPFlagNames.text(of: tcpFlags)
      return [flags.isEmpty ? NotationWord.noFlags.rawValue : flags]
    case .icmp, .icmpv6:
      return [messageText] + (has(.icmpIdentifier) ? ["id \(icmpIdentifier)"] : [])
    case .udp, .other: return []
    }
  }

  /// `unreachable port`; by numbers where a name is missing.
  private var messageText: String {
    guard let kind = ICMPNotation.messages(isIPv4: version == 4).kind(of: icmpType) else {
      return "type \(icmpType) code \(icmpCode)"
    }
    if let code = kind.codes.first(where: { $0.value == icmpCode })?.key { return "\(kind.name) \(code)" }
    return icmpCode == 0 ? kind.name : "\(kind.name) code \(icmpCode)"
  }

  fileprivate var networkWords: [String] {
    var words: [String] = []
    if isFirstFragment || isLaterFragment {
      words.append("fragment \(fragmentOffset)\(hasMoreFragments ? "+" : "") id \(identification)")
    }
    if timeToLive != 64 { words.append("ttl \(timeToLive)") }
    if trafficClass >> 2 != 0 { words.append("dscp \(trafficClass >> 2)") }
    if has(.vlan) { words.append("vlan \(vlan)") }
    if byteCount <= PacketOutline.longestPacket, holds(0) { words.append("size \(byteCount)") }
    return words
  }
}

extension String {
  /// As a word, or in quotes where a word would end too early.
  fileprivate var notationWord: String {
    let isWord = !isEmpty && unicodeScalars.allSatisfy { $0.value > 0x20 && !"\"'()>\\".unicodeScalars.contains($0) }
    guard !isWord else { return self }
    let escaped = map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    return "\"\(escaped)\""
  }
}
