/// Where each IPv4 field sits, in bytes from the start of the header (RFC 791 §3.1).
enum IPv4Layout {
  static let versionIHL = 0  // 4 bits version, 4 bits header length in 32-bit words
  static let totalLength = 2
  static let fragment = 6  // 3 flag bits, then a 13-bit offset in 8-byte units
  static let timeToLiveAndProtocol = 8  // a byte each
  static let checksum = 10
  static let source = 12
  static let destination = 16
  static let options = 20
  static let minimumHeader = 20

  static let moreFragments: UInt16 = 0x2000
  static let fragmentOffsetMask: UInt16 = 0x1FFF
}

extension PacketFields {
  /// Decodes the IPv4 packet at `networkOffset`, of a frame that ended at `wireEnd` on the wire.
  @inline(__always)
  mutating func decodeIPv4(_ frame: RawSpan, wireEnd: Int) -> FrameKind {
    let start = Int(networkOffset)
    let available = wireEnd - start
    let (totalLength, words, fixed) = readFixedIPv4Header(frame, at: start)
    present.formUnion(fixed)

    // A total length of 0 is what offloading network cards leave in packets longer than 65 535 bytes.
    let length = totalLength == 0 ? available : min(totalLength, available)
    byteCount = UInt32(truncatingIfNeeded: max(0, length))

    let headerLength = words.map { $0 * 4 } ?? IPv4Layout.minimumHeader
    guard headerLength >= IPv4Layout.minimumHeader, headerLength <= length else { return .shortIPHeader }
    guard fixed.contains(.addresses) else { return .ip }

    let headerEnd = start + headerLength
    if headerEnd <= frame.byteCount {
      ipOptions = byteRange(start + IPv4Layout.options, headerEnd)
      present.insert(.ipOptions)
    }
    return decodeUpper(frame, from: headerEnd, packetEnd: start + length)
  }

  /// Reads what was captured of the first twenty bytes.
  ///
  /// - Returns: the total length, 0 if it was not captured, the header's length in words, and what is present now. (Were it
  ///   noted here, that would be one byte, and whoever reads both right after would have to wait until it has left the processor.)
  @inline(__always)
  private mutating func readFixedIPv4Header(
    _ frame: RawSpan, at start: Int
  ) -> (totalLength: Int, words: Int?, present: Presence) {
    guard let first = frame.wire64(at: start), let second = frame.wire64(at: start + 8),
      let destinationValue = frame.wire32(at: start + IPv4Layout.destination)
    else { return readCutIPv4Header(frame, at: start) }
    protocolNumber = UInt8(truncatingIfNeeded: second >> 48)
    timeToLive = UInt8(truncatingIfNeeded: second >> 56)
    source = IPAddress(v4: UInt32(truncatingIfNeeded: second))
    destination = IPAddress(v4: destinationValue)
    let fragment = UInt16(truncatingIfNeeded: first)
    fragmentOffset = fragment & IPv4Layout.fragmentOffsetMask
    hasMoreFragments = fragment & IPv4Layout.moreFragments != 0
    identification = UInt32(first >> 16 & 0xFFFF)
    trafficClass = UInt8(truncatingIfNeeded: first >> 48)
    return (Int(first >> 32 & 0xFFFF), Int(first >> 56 & 0x0F), [.protocolNumber, .addresses])
  }

  /// The same where the capture ends before the header does: the addresses are not there.
  @inline(never)
  private mutating func readCutIPv4Header(
    _ frame: RawSpan, at start: Int
  ) -> (totalLength: Int, words: Int?, present: Presence) {
    var present: Presence = []
    if let timeToLiveAndProtocol = frame.wire16(at: start + IPv4Layout.timeToLiveAndProtocol) {
      protocolNumber = UInt8(truncatingIfNeeded: timeToLiveAndProtocol)
      timeToLive = UInt8(truncatingIfNeeded: timeToLiveAndProtocol >> 8)
      present.insert(.protocolNumber)
    }
    return (
      Int(frame.wire16(at: start + IPv4Layout.totalLength) ?? 0),
      frame.wire8(at: start + IPv4Layout.versionIHL).map { Int($0 & 0x0F) }, present
    )
  }
}
