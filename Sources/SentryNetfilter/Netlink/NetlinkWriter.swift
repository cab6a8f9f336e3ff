internal import CNftables

/// Builds messages for the kernel's packet filter: `linux/netlink.h`, `linux/netfilter/nfnetlink.h`.
///
/// The fields of headers are in the byte order of the host; what attributes hold is in network order.
struct NetlinkWriter {
  private(set) var bytes: [UInt8] = []

  /// - Parameters:
  ///   - type: subsystem and message.
  ///   - resource: what the message is about; of a batch, the subsystem.
  mutating func message(
    _ type: UInt16, flags: UInt16, family: UInt8, resource: UInt16 = 0,
    _ attributes: (inout NetlinkWriter) -> Void = { _ in }
  ) {
    let start = bytes.count
    append(UInt32(0))
    append(type)
    append(flags | UInt16(NLM_F_REQUEST))
    append(UInt32(0))  // The sequence: nobody has more than one request on its way.
    append(UInt32(0))  // The port: the kernel's.
    append(family)
    append(UInt8(NFNETLINK_V0))
    append(resource.bigEndian)
    attributes(&self)
    set(UInt32(truncatingIfNeeded: bytes.count - start), at: start)
  }

  /// At most 65 531 bytes.
  mutating func attribute(_ type: UInt16, _ value: (inout NetlinkWriter) -> Void) {
    let start = bytes.count
    append(UInt16(0))
    append(type)
    value(&self)
    set(UInt16(truncatingIfNeeded: bytes.count - start), at: start)
    while bytes.count % 4 != 0 { bytes.append(0) }
  }

  /// One that holds attributes.
  mutating func nested(_ type: UInt16, _ attributes: (inout NetlinkWriter) -> Void) {
    attribute(type | UInt16(NLA_F_NESTED), attributes)
  }

  mutating func attribute(_ type: UInt16, text: String) {
    attribute(type) { writer in
      writer.bytes.append(contentsOf: text.utf8)
      writer.bytes.append(0)
    }
  }

  mutating func attribute(_ type: UInt16, _ number: UInt32) { attribute(type) { $0.append(number.bigEndian) } }

  mutating func attribute(_ type: UInt16, _ number: UInt64) { attribute(type) { $0.append(number.bigEndian) } }

  mutating func attribute(_ type: UInt16, bytes value: [UInt8]) {
    attribute(type) { $0.bytes.append(contentsOf: value) }
  }

  /// One that holds attributes, which are taken over as they are.
  mutating func nestedBytes(_ type: UInt16, _ attributes: [UInt8]) {
    attribute(type | UInt16(NLA_F_NESTED), bytes: attributes)
  }

  /// As it lies in memory.
  mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    // The first byte in memory is the first of the big-endian reading of the number that lies there.
    let image = Number(bigEndian: number)
    for place in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: image >> place))
    }
  }

  private mutating func set<Number: FixedWidthInteger>(_ number: Number, at place: Int) {
    let image = Number(bigEndian: number)
    for index in 0..<(Number.bitWidth / 8) {
      bytes[place + index] = UInt8(truncatingIfNeeded: image >> (Number.bitWidth - 8 * (index + 1)))
    }
  }
}

/// A message of nftables: `NFT_MSG_…`.
func nftables(_ message: nf_tables_msg_types) -> UInt16 {
  UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(truncatingIfNeeded: message.rawValue)
}

/// `NFPROTO_INET` of linux/netfilter.h.
let inetFamily: UInt8 = 1
