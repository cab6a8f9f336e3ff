internal import SentryPacket

/// A route as the kernel lists it: `struct rtmsg` and its attributes (rtnetlink(7)).
struct ListedRoute: Equatable {
  /// `RTM_GETROUTE`.
  static let request: UInt16 = 26
  /// `RTM_NEWROUTE`.
  private static let messageType: UInt16 = 24

  /// Both in bytes.
  private static let headerLength = 12  // family 1, destination length 1, source length 1, TOS 1, then 8 more
  private static let destinationLengthOffset = 1

  /// It is for every destination.
  var isDefault: Bool
  /// Its next hops: of a multipath route, all of them. One of IPv6 may serve IPv4 (RFC 5549).
  var hops: [IPAddress]
  /// The object that has the next hops (ip-nexthop(8)), where the route itself names none.
  var hopObject: UInt32?

  /// - Returns: `nil` for another message, or a damaged one.
  init?(_ message: NetlinkReader.Message, _ bytes: RawSpan) {
    let content = message.content
    guard message.type == Self.messageType, content.count >= Self.headerLength,
      let destinationLength = bytes.wire8(at: content.lowerBound + Self.destinationLengthOffset)
    else { return nil }
    isDefault = destinationLength == 0
    var hops: [IPAddress] = []
    var object: UInt32?
    NetlinkReader.forEachAttribute(bytes, content.dropFirst(Self.headerLength)) { type, value in
      switch type {
      case Attribute.multipath: hops += Self.hops(ofPaths: value, bytes)
      case Attribute.object: object = bytes.host32(at: value.lowerBound)
      default: if let hop = Self.hop(type, value, bytes) { hops.append(hop) }
      }
    }
    self.hops = hops
    hopObject = hops.isEmpty ? object : nil
  }

  /// `RTA_…`.
  private enum Attribute {
    static let gateway: UInt16 = 5
    static let multipath: UInt16 = 9
    static let via: UInt16 = 18
    static let object: UInt16 = 30
  }

  /// In an attribute of the route, or of one of its paths.
  private static func hop(_ type: UInt16, _ value: Range<Int>, _ bytes: RawSpan) -> IPAddress? {
    switch type {
    case Attribute.gateway: IPAddress(bytes, value)
    // `struct rtvia`: two bytes of family before the address, whose length says the same.
    case Attribute.via: IPAddress(bytes, value.dropFirst(2))
    default: nil
    }
  }

  /// Each path is a `struct rtnexthop` of eight bytes, which begins with the length of the whole path, and attributes.
  private static func hops(ofPaths range: Range<Int>, _ bytes: RawSpan) -> [IPAddress] {
    let headerLength = 8
    var hops: [IPAddress] = []
    var position = range.lowerBound
    while let length = bytes.host16(at: position).map({ Int($0) }), length >= headerLength,
      length <= range.upperBound - position
    {
      let attributes = (position + headerLength)..<(position + length)
      NetlinkReader.forEachAttribute(bytes, attributes) { type, value in
        if let hop = hop(type, value, bytes) { hops.append(hop) }
      }
      position += (length + 3) & ~3
    }
    return hops
  }
}

/// A next hop that stands by itself, or a group of those (ip-nexthop(8)): `struct nhmsg` and its attributes (linux/nexthop.h).
struct ListedHopObject: Equatable {
  /// `RTM_GETNEXTHOP`.
  static let request: UInt16 = 106
  /// `RTM_NEWNEXTHOP`.
  private static let messageType: UInt16 = 104
  /// In bytes.
  private static let headerLength = 8

  var number: UInt32
  /// `nil` for a group, and where the link alone is the way.
  var gateway: IPAddress?
  /// The numbers of a group's members, which are no groups.
  var members: [UInt32]

  /// - Returns: `nil` for another message, or a damaged one.
  init?(_ message: NetlinkReader.Message, _ bytes: RawSpan) {
    guard message.type == Self.messageType else { return nil }
    var number: UInt32?
    var gateway: IPAddress?
    var members: [UInt32] = []
    NetlinkReader.forEachAttribute(bytes, message.content.dropFirst(Self.headerLength)) { type, value in
      switch type {
      case Attribute.number: number = bytes.host32(at: value.lowerBound)
      case Attribute.gateway: gateway = IPAddress(bytes, value)
      case Attribute.group: members = Self.members(value, bytes)
      default: break
      }
    }
    guard let number else { return nil }
    self.number = number
    self.gateway = gateway
    self.members = members
  }

  /// `NHA_…`.
  private enum Attribute {
    static let number: UInt16 = 1
    static let group: UInt16 = 2
    static let gateway: UInt16 = 6
  }

  /// `struct nexthop_grp`: eight bytes, which begin with the number.
  private static func members(_ range: Range<Int>, _ bytes: RawSpan) -> [UInt32] {
    let memberLength = 8
    return stride(from: range.lowerBound, through: range.upperBound - memberLength, by: memberLength)
      .compactMap { bytes.host32(at: $0) }
  }
}
