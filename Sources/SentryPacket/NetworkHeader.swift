/// Where a link header ends and the IP header it announces begins.
struct NetworkHeader {
  /// In bytes from the start of the frame; may lie behind the last captured byte.
  let offset: Int
  /// 4 or 6 as the link header says, 0 where it does not say.
  let announcedVersion: UInt8
  /// Identifier of the outermost VLAN tag, 0...4095; `nil` without one.
  var vlan: UInt16?
}

extension NetworkHeader {
  /// The same behind a tag further out; `nil` changes nothing.
  func tagged(_ outermost: UInt16?) -> NetworkHeader {
    NetworkHeader(offset: offset, announcedVersion: announcedVersion, vlan: outermost ?? vlan)
  }
}

/// EtherType values (IANA "IEEE 802 Numbers") that lead to IP.
enum EtherType {
  static let ipv4: UInt16 = 0x0800
  static let ipv6: UInt16 = 0x86DD
  /// A customer tag (IEEE 802.1Q), a service tag (IEEE 802.1ad), and what equipment used for it before.
  static let vlan: UInt16 = 0x8100
  static let serviceVLAN: UInt16 = 0x88A8
  static let oldServiceVLAN: UInt16 = 0x9100
  static let pppoeSession: UInt16 = 0x8864
  /// Values up to this one are the length of an IEEE 802.3 frame.
  static let longestLength: UInt16 = 1500

  /// Linux and OpenBSD allow two nested tags, some switches three; more are taken for an attempt to exhaust us.
  static let mostTags = 8
  /// The lower 12 bits of a tag; above are priority and drop eligibility (IEEE 802.1Q §9.6).
  static let vlanIdentifierMask: UInt16 = 0x0FFF
}

extension RawSpan {
  /// Follows the EtherType at `offset` through VLAN tags, SNAP and PPPoE; `nil` if it does not lead to IP.
  func networkHeader(afterEtherTypeAt offset: Int) -> NetworkHeader? {
    var offset = offset
    var outermost: UInt16?
    for _ in 0...EtherType.mostTags {
      guard let type = wire16(at: offset) else { return nil }
      offset += 2
      switch type {
      case EtherType.ipv4:
        return NetworkHeader(offset: offset, announcedVersion: 4, vlan: outermost)
      case EtherType.ipv6:
        return NetworkHeader(offset: offset, announcedVersion: 6, vlan: outermost)
      case EtherType.vlan, EtherType.serviceVLAN, EtherType.oldServiceVLAN:
        outermost = outermost ?? vlanIdentifier(at: offset)
        offset += 2  // the tag; the next EtherType follows
      case EtherType.pppoeSession:
        return networkHeader(inPPPoEAt: offset)?.tagged(outermost)
      case ...EtherType.longestLength:
        guard let inner = etherTypeOffset(inLLCAt: offset) else { return nil }
        offset = inner
      default:
        return nil
      }
    }
    return nil
  }

  /// Of the tag at `offset`.
  func vlanIdentifier(at offset: Int) -> UInt16? {
    wire16(at: offset).map { $0 & EtherType.vlanIdentifierMask }
  }

  /// Where the EtherType of an LLC and SNAP header is (RFC 1042); `nil` for any other LLC header.
  func etherTypeOffset(inLLCAt offset: Int) -> Int? {
    // DSAP, SSAP and control of SNAP, then the organization code 0: "an EtherType follows".
    guard wire32(at: offset) == 0xAAAA_0300, wire16(at: offset + 4) == 0 else { return nil }
    return offset + 6
  }
}
