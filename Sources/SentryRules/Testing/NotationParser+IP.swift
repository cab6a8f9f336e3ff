internal import SentryPacket

extension NotationParser {
  /// Words about the IP header; `token` is the word.
  mutating func readIP(_ word: NotationWord, _ token: NotationToken, into draft: inout PacketDraft)
    throws(NotationError)
  {
    switch word {
    case .ttl: draft.packet.timeToLive = UInt8(truncatingIfNeeded: try takeNumber(0...255))
    case .dscp: draft.packet.trafficClass = try readCodePoint() << 2
    case .id: try readIdentification(token, into: &draft)
    case .fragment: draft.packet.fragment = try readFragment(draft.packet)
    case .ipOption: try readIPOption(token, into: &draft)
    case .size: draft.packet.size = Int(try takeNumber(0...UInt64(PacketOutline.longestPacket)))
    case .cut: draft.packet.cut = Int(try takeNumber(0...UInt64(PacketOutline.longestPacket)))
    default: break
    }
  }

  /// A number or a name, as `DSCP` rules know them.
  private mutating func readCodePoint() throws(NotationError) -> UInt8 {
    let token = try takeWord("a number from 0 to 63 or a name such as ef, cs6 or af41")
    do throws(ValueError) {
      let range = try DSCPProperty.parse(token.text[...])
      guard range.count == 1 else { throw ValueError.notANumber(token.text[...], DSCPProperty.limits) }
      return UInt8(truncatingIfNeeded: range.lowerBound)
    } catch {
      throw .badValue(error, at: token.range)
    }
  }

  /// An echo's identifier, else the datagram's.
  private mutating func readIdentification(
    _ token: NotationToken, into draft: inout PacketDraft
  ) throws(NotationError) {
    if draft.packet.transport.isICMP {
      try draft.noteHeader(token, isFitting: true, "ICMP")
      let identifier = UInt32(truncatingIfNeeded: try takeNumber(0...65_535))
      draft.packet.icmpRestOfHeader = draft.packet.icmpRestOfHeader & 0xFFFF | identifier << 16
    } else if draft.packet.isIPv4 {
      let identification = UInt32(truncatingIfNeeded: try takeNumber(0...65_535))
      draft.packet.fragment = IPFragment(
        identification: identification, offset: draft.packet.fragment?.offset ?? 0,
        moreFollow: draft.packet.fragment?.moreFollow ?? false)
    } else {
      throw .onlyInIPv4(token)
    }
  }

  /// `185` or, with more to follow, `0+`; then perhaps `id 7`.
  private mutating func readFragment(_ packet: PacketOutline) throws(NotationError) -> IPFragment {
    let token = try takeWord("an offset in units of 8 bytes, with '+' behind it if more follow")
    let moreFollow = token.text.hasSuffix("+")
    let digits = NotationToken(
      kind: .word, text: moreFollow ? String(token.text.dropLast()) : token.text, range: token.range)
    var fragment = IPFragment(
      identification: packet.fragment?.identification ?? 0,
      offset: UInt16(truncatingIfNeeded: try Self.number(digits, 0...8191)), moreFollow: moreFollow)
    if current.isWord("id") {
      _ = take()
      fragment.identification = UInt32(
        truncatingIfNeeded: try takeNumber(0...(packet.isIPv4 ? 65_535 : UInt64(UInt32.max))))
    }
    return fragment
  }

  /// A name, or a number with the option's data in hexadecimal.
  private mutating func readIPOption(_ token: NotationToken, into draft: inout PacketDraft) throws(NotationError) {
    guard draft.packet.isIPv4 else { throw .onlyInIPv4(token) }
    let name = try takeWord("an IP option: \(Self.ipOptions.map(\.name).joined(separator: ", ")), or a number")
    if let known = Self.ipOptions.first(where: { $0.name == name.text.lowercased() }) {
      draft.packet.ipOptions += known.bytes
    } else if NumberText.isDecimal(name.text[...]) {
      draft.packet.ipOptions += try readOption(UInt8(truncatingIfNeeded: try Self.number(name, 0...255)))
    } else {
      throw .unexpected(
        name, expected: "\(Self.ipOptions.map(\.name).joined(separator: ", ")), or a number",
        hint: didYouMean(name.text, in: Self.ipOptions.map(\.name)))
    }
    if draft.packet.ipOptions.count > 40 { throw .tooLong("the IP options", limit: 40, at: name.range) }
  }

  /// Kind, length and data (RFC 791 §3.1, RFC 9293 §3.1); kinds 0 and 1 stand alone.
  mutating func readOption(_ kind: UInt8) throws(NotationError) -> [UInt8] {
    guard current.isWord("hex") else { return kind < 2 ? [kind] : [kind, 2] }
    _ = take()
    let token = current
    let data = try readHex()
    guard data.count <= 38 else { throw .tooLong("the option's data", limit: 38, at: token.range) }
    return [kind, UInt8(truncatingIfNeeded: data.count + 2)] + data
  }

  /// Room for one address, nothing recorded yet; or a route over 192.0.2.254 that the packet has gone already (RFC 791
  /// §3.1, RFC 2113).
  private static let ipOptions: [(name: String, bytes: [UInt8])] = [
    ("record-route", [7, 7, 4, 0, 0, 0, 0]),
    ("loose-source-route", [131, 7, 8, 192, 0, 2, 254]),
    ("strict-source-route", [137, 7, 8, 192, 0, 2, 254]),
    ("timestamp", [68, 8, 5, 0, 0, 0, 0, 0]),
    ("router-alert", [148, 4, 0, 0]),
    ("nop", [1]),
  ]
}
