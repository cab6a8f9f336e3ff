/// Where each IPv4 field sits, in bytes from the start of the header (RFC 791 §3.1).
enum IPv4Layout {
  static let versionIHL = 0  // 4 bits version, 4 bits header length in 32-bit words
  static let typeOfService = 1
  static let totalLength = 2
  static let identification = 4
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
    readFixedIPv4Header(frame, at: start)

    // A total length of 0 is what offloading network cards leave in packets longer than 65 535 bytes.
    let totalLength = Int(frame.wire16(at: start + IPv4Layout.totalLength) ?? 0)
    let length = totalLength == 0 ? available : min(totalLength, available)
    byteCount = UInt32(truncatingIfNeeded: max(0, length))

    let words = frame.wire8(at: start + IPv4Layout.versionIHL).map { Int($0 & 0x0F) }
    let headerLength = words.map { $0 * 4 } ?? IPv4Layout.minimumHeader
    guard headerLength >= IPv4Layout.minimumHeader, headerLength <= length else { return .shortIPHeader }
    guard has(.addresses) else { return .ip }

    let headerEnd = start + headerLength
    if headerEnd <= frame.byteCount {
      ipOptions = byteRange(start + IPv4Layout.options, headerEnd)
      present.insert(.ipOptions)
    }
    return decodeUpper(frame, from: headerEnd, packetEnd: start + length)
  }

  /// Everything in the first twenty bytes but the lengths.
  @inline(__always)
  private mutating func readFixedIPv4Header(_ frame: RawSpan, at start: Int) {
    guard let timeToLiveAndProtocol = frame.wire16(at: start + IPv4Layout.timeToLiveAndProtocol) else { return }
    protocolNumber = UInt8(truncatingIfNeeded: timeToLiveAndProtocol)
    timeToLive = UInt8(truncatingIfNeeded: timeToLiveAndProtocol >> 8)
    present.insert(.protocolNumber)

    guard let sourceValue = frame.wire32(at: start + IPv4Layout.source),
      let destinationValue = frame.wire32(at: start + IPv4Layout.destination),
      let fragment = frame.wire16(at: start + IPv4Layout.fragment),
      let identificationValue = frame.wire16(at: start + IPv4Layout.identification),
      let typeOfService = frame.wire8(at: start + IPv4Layout.typeOfService)
    else { return }
    source = IPAddress(v4: sourceValue)
    destination = IPAddress(v4: destinationValue)
    fragmentOffset = fragment & IPv4Layout.fragmentOffsetMask
    hasMoreFragments = fragment & IPv4Layout.moreFragments != 0
    identification = UInt32(identificationValue)
    trafficClass = typeOfService
    present.insert(.addresses)
  }
}
