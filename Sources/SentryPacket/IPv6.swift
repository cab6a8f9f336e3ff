/// Where each IPv6 field sits, in bytes from the start of the header (RFC 8200 §3).
enum IPv6Layout {
  static let versionTrafficClass = 0  // 4 bits version, 8 bits traffic class, 20 bits flow label
  static let payloadLength = 4
  static let nextHeader = 6
  static let hopLimit = 7
  static let source = 8
  static let destination = 24
  static let headerLength = 40
}

/// An extension header (RFC 8200 §4), in bytes from its start.
private enum ExtensionLayout {
  static let nextHeader = 0
  /// In 8-byte units without the first; of the authentication header in 4-byte units without the first two.
  static let length = 1
  static let minimumHeader = 8
}

/// The fragment header (RFC 8200 §4.5), in bytes from its start.
enum FragmentLayout {
  static let offset = 2  // 13 bits in 8-byte units, 2 reserved bits, 1 bit "more fragments"
  static let identification = 4
  static let headerLength = 8
}

/// Numbers of extension headers (IANA "IPv6 Extension Header Types"). Not walked: ESP, whose inside is encrypted, and
/// 59, "no next header".
enum ExtensionHeader {
  static let hopByHop: UInt8 = 0
  static let routing: UInt8 = 43
  static let fragment: UInt8 = 44
  static let authentication: UInt8 = 51
  static let destinationOptions: UInt8 = 60
  static let mobility: UInt8 = 135
  static let hostIdentity: UInt8 = 139
  static let shim6: UInt8 = 140
}

extension PacketFields {
  /// Decodes the IPv6 packet at `networkOffset`, of a frame that ended at `wireEnd` on the wire.
  @inline(__always)
  mutating func decodeIPv6(_ frame: RawSpan, wireEnd: Int) -> FrameKind {
    let start = Int(networkOffset)
    let available = wireEnd - start
    let nextHeader = frame.wire8(at: start + IPv6Layout.nextHeader)

    // Packets over 65 575 bytes say 0 and carry their length in a hop-by-hop option (RFC 2675).
    let payloadLength = frame.wire16(at: start + IPv6Layout.payloadLength).map { Int($0) }
    let isJumbo = payloadLength == 0 && nextHeader == ExtensionHeader.hopByHop
    let length = isJumbo ? available : min(IPv6Layout.headerLength + (payloadLength ?? available), available)
    byteCount = UInt32(truncatingIfNeeded: max(0, length))

    present.formUnion(readFixedIPv6Header(frame, at: start))
    guard length >= IPv6Layout.headerLength else { return .shortIPHeader }
    guard let nextHeader else { return .ip }
    return walkExtensionHeaders(
      frame, first: nextHeader, at: start + IPv6Layout.headerLength, packetEnd: start + length)
  }

  /// Everything in the forty bytes but payload length and next header.
  ///
  /// - Returns: what is present now.
  @inline(__always)
  private mutating func readFixedIPv6Header(_ frame: RawSpan, at start: Int) -> Presence {
    guard let sourceHigh = frame.wire64(at: start + IPv6Layout.source),
      let sourceLow = frame.wire64(at: start + IPv6Layout.source + 8),
      let destinationHigh = frame.wire64(at: start + IPv6Layout.destination),
      let destinationLow = frame.wire64(at: start + IPv6Layout.destination + 8),
      let versionTrafficClass = frame.wire16(at: start + IPv6Layout.versionTrafficClass),
      let hopLimit = frame.wire8(at: start + IPv6Layout.hopLimit)
    else { return [] }
    source = IPAddress(high: sourceHigh, low: sourceLow)
    destination = IPAddress(high: destinationHigh, low: destinationLow)
    trafficClass = UInt8(truncatingIfNeeded: versionTrafficClass >> 4)
    timeToLive = hopLimit
    return .addresses
  }

  /// Steps over extension headers to the upper protocol, taking the fragment header's values on the way.
  ///
  /// Each is at least eight bytes long, so the packet's length bounds the walk. There is no lower limit: hosts accept
  /// any number (RFC 8200 §4), and a packet whose ports we would not see could pass rules that its receiver's ports
  /// should stop.
  private mutating func walkExtensionHeaders(
    _ frame: RawSpan, first: UInt8, at start: Int, packetEnd: Int
  ) -> FrameKind {
    var number = first
    var position = start
    while !isLaterFragment {
      switch number {
      case ExtensionHeader.hopByHop, ExtensionHeader.routing, ExtensionHeader.destinationOptions,
        ExtensionHeader.mobility, ExtensionHeader.hostIdentity, ExtensionHeader.shim6,
        ExtensionHeader.authentication, ExtensionHeader.fragment:
        break
      default:
        return decodeUpper(number, frame, from: position, packetEnd: packetEnd)
      }
      guard position + ExtensionLayout.minimumHeader <= packetEnd else { return .shortIPHeader }
      guard let next = frame.wire8(at: position + ExtensionLayout.nextHeader),
        let length = extensionLength(of: number, in: frame, at: position)
      else { return .ip }
      guard position + length <= packetEnd else { return .shortIPHeader }
      if number == ExtensionHeader.fragment, !readFragmentHeader(frame, at: position) { return .ip }
      number = next
      position += length
    }
    return decodeUpper(number, frame, from: position, packetEnd: packetEnd)
  }

  /// In bytes; `nil` if the capture ends before the length field.
  private func extensionLength(of number: UInt8, in frame: RawSpan, at position: Int) -> Int? {
    guard number != ExtensionHeader.fragment else { return FragmentLayout.headerLength }
    guard let units = frame.wire8(at: position + ExtensionLayout.length) else { return nil }
    return number == ExtensionHeader.authentication ? (Int(units) + 2) * 4 : (Int(units) + 1) * 8
  }

  /// Returns `false` if the capture ends inside the header.
  private mutating func readFragmentHeader(_ frame: RawSpan, at position: Int) -> Bool {
    guard let offset = frame.wire16(at: position + FragmentLayout.offset),
      let identificationValue = frame.wire32(at: position + FragmentLayout.identification)
    else { return false }
    fragmentOffset = offset >> 3
    hasMoreFragments = offset & 1 != 0
    identification = identificationValue
    return true
  }

  private mutating func decodeUpper(
    _ number: UInt8, _ frame: RawSpan, from start: Int, packetEnd: Int
  ) -> FrameKind {
    protocolNumber = number
    present.insert(.protocolNumber)
    return decodeUpper(frame, from: start, packetEnd: packetEnd)
  }
}
