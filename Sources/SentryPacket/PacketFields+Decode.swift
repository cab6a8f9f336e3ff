// From a captured frame to `PacketFields`, in one pass: link header, IP header, upper header. Each header has its file.
//
// Two lengths bound every step. The *wire* says whether a packet holds together: what its own lengths promise must
// fit in what was sent, or the packet is malformed. The *capture* says what can be read: a frame cut by the snap
// length is not malformed, its missing values are just not `present`.

extension PacketFields {
  /// Decodes a frame of `wireLength` bytes of which `frame` holds the captured ones. Never traps, never allocates.
  ///
  /// The same value can be used for frame after frame. Of a malformed packet the values that could be read are there.
  /// A wire length below the captured length, which some capture files give, counts as the captured length.
  public mutating func decode(_ frame: RawSpan, linkType: LinkType, wireLength: Int) -> FrameKind {
    forgetPacket()
    guard let header = networkHeader(of: frame, linkType: linkType) else { return .notIP }
    let wireEnd = max(frame.byteCount, min(wireLength, Int(UInt32.max)))
    let available = wireEnd - header.offset
    networkOffset = UInt32(truncatingIfNeeded: header.offset)
    if let identifier = header.vlan {
      vlan = identifier
      present.insert(.vlan)
    }
    byteCount = UInt32(truncatingIfNeeded: max(0, available))
    version = frame.wire8(at: header.offset).map { $0 >> 4 } ?? header.announcedVersion

    switch version {
    case 4:
      return decodeIPv4(frame, wireEnd: wireEnd)
    case 6:
      return decodeIPv6(frame, wireEnd: wireEnd)
    case _ where header.offset < frame.byteCount:
      return .unknownVersion
    default:
      // Neither captured nor announced.
      return available < IPv4Layout.minimumHeader ? .shortIPHeader : .ip
    }
  }

  /// Clears what has no bit in `present`.
  @inline(__always)
  private mutating func forgetPacket() {
    present = []
    version = 0
    byteCount = 0
    fragmentOffset = 0
    hasMoreFragments = false
    identification = 0
  }

  @inline(__always)
  private mutating func networkHeader(of frame: RawSpan, linkType: LinkType) -> NetworkHeader? {
    switch linkType {
    case .ethernet: decodeEthernet(frame)
    case .linuxCooked: frame.networkHeaderInLinuxCooked()
    case .linuxCooked2: frame.networkHeaderInLinuxCooked2()
    case .raw, .rawOpenBSD, .rawInFiles: NetworkHeader(offset: 0, announcedVersion: 0)
    case .ipv4: NetworkHeader(offset: 0, announcedVersion: 4)
    case .ipv6: NetworkHeader(offset: 0, announcedVersion: 6)
    case .null, .loop: frame.networkHeaderInBSDLoopback()
    case .ppp, .pppSerial: frame.networkHeader(inPPPAt: 0)
    case .pppEther: frame.networkHeader(inPPPoEAt: 0)
    default: nil
    }
  }

  /// The header behind the IP header, from byte `start` of the frame up to `packetEnd`, where the packet ended on the
  /// wire.
  @inline(__always)
  mutating func decodeUpper(_ frame: RawSpan, from start: Int, packetEnd: Int) -> FrameKind {
    if !isLaterFragment {
      switch protocolNumber {
      case IPProtocol.tcp:
        return decodeTCP(frame, from: start, packetEnd: packetEnd)
      case IPProtocol.udp:
        return decodeUDP(frame, from: start, packetEnd: packetEnd)
      case IPProtocol.icmp where version == 4:
        return decodeICMP(frame, from: start, packetEnd: packetEnd, presence: .icmp)
      case IPProtocol.icmpv6 where version == 6:
        return decodeICMP(frame, from: start, packetEnd: packetEnd, presence: .icmpv6)
      default:
        break
      }
    }
    setPayload(of: frame, from: start, packetEnd: packetEnd)
    return .ip
  }

  /// Sets `payload` if the capture reaches its first byte. Bytes behind the packet's end are padding of the link.
  @inline(__always)
  mutating func setPayload(of frame: RawSpan, from start: Int, packetEnd: Int) {
    guard start <= frame.byteCount else { return }
    payload = byteRange(start, min(packetEnd, frame.byteCount))
    present.insert(.payload)
  }
}

/// A range of frame bytes; empty at `start` if `end` lies before it.
@inline(__always)
func byteRange(_ start: Int, _ end: Int) -> Range<UInt32> {
  let lower = UInt32(truncatingIfNeeded: start)
  return lower..<max(lower, UInt32(truncatingIfNeeded: end))
}
