internal import CNftables
internal import SentryPacket

/// What messages on changes of nftables say that matters to us.
struct RulesetChange: Equatable {
  /// Tables, chains or rules that may be ours were touched.
  private(set) var concernsUs = false
  /// Who did it first; `nil` if the kernel has not said.
  private(set) var author: RulesetAuthor?
  /// The end of the transaction that touched them has not been told yet; its author comes with it.
  private var isOpen = false

  /// Something of ours was touched.
  mutating func touch() {
    concernsUs = true
    isOpen = true
  }

  /// A transaction has ended.
  mutating func end(by author: RulesetAuthor?) {
    if isOpen { self.author = self.author ?? author }
    isOpen = false
  }

  /// Forgets what was touched; its author may still be to come.
  mutating func forget() {
    concernsUs = false
    author = nil
  }
}

/// Who changed nftables.
public struct RulesetAuthor: Sendable, Equatable {
  /// As in `ps`: the first 15 bytes of the program's name.
  public var program: String
  public var process: UInt32
}

/// Reads the messages of one datagram: `linux/netlink.h`, `linux/netfilter/nfnetlink.h`, `linux/netfilter/nf_tables.h`.
/// Fields are in the byte order of the host, but what attributes of nftables hold is in network order.
struct RulesetMessages {
  /// In bytes.
  private enum Header {
    static let length = 16  // length 4, type 2, flags 2, sequence 4, port 4
    static let typeOffset = 4
    static let familyLength = 4  // family 1, version 1, resource 2
    static let attributeLength = 4  // length 2, type 2
  }

  /// `nft_table_attributes`, `nft_chain_attributes` and so on agree: attribute 1 is the table's name.
  private static let tableName: UInt16 = 1
  /// The two upper bits of an attribute's type are flags.
  private static let attributeTypeMask: UInt16 = 0x3FFF

  /// Adds what the messages in `bytes` say; the rest of a damaged datagram is left out.
  static func read(_ bytes: RawSpan, into change: inout RulesetChange) {
    var position = 0
    while let length = bytes.host32(at: position).map({ Int($0) }),
      length >= Header.length + Header.familyLength, length <= bytes.byteCount - position
    {
      readMessage(bytes, position..<(position + length), into: &change)
      position += (length + 3) & ~3
    }
  }

  private static func readMessage(_ bytes: RawSpan, _ range: Range<Int>, into change: inout RulesetChange) {
    guard let type = bytes.host16(at: range.lowerBound + Header.typeOffset),
      type >> 8 == UInt16(NFNL_SUBSYS_NFTABLES),
      let family = bytes.wire8(at: range.lowerBound + Header.length)
    else { return }
    let attributes = (range.lowerBound + Header.length + Header.familyLength)..<range.upperBound
    switch UInt32(type & 0xFF) {
    case UInt32(NFT_MSG_NEWGEN.rawValue):
      readGeneration(bytes, attributes, into: &change)
    case UInt32(NFT_MSG_NEWSETELEM.rawValue), UInt32(NFT_MSG_DELSETELEM.rawValue):
      // Entries of sets come and go by themselves.
      break
    default:
      forEachAttribute(bytes, attributes) { type, value in
        guard type == tableName else { return }
        if isOurs(text(bytes, value), family: family) { change.touch() }
      }
    }
  }

  /// `nft_gen_attributes`: 2 is the process, 3 the program.
  private static func readGeneration(_ bytes: RawSpan, _ range: Range<Int>, into change: inout RulesetChange) {
    var author = RulesetAuthor(program: "", process: 0)
    forEachAttribute(bytes, range) { type, value in
      switch UInt32(type) {
      case UInt32(NFTA_GEN_PROC_PID.rawValue): author.process = bytes.wire32(at: value.lowerBound) ?? 0
      case UInt32(NFTA_GEN_PROC_NAME.rawValue): author.program = text(bytes, value)
      default: break
      }
    }
    change.end(by: author.program.isEmpty ? nil : author)
  }

  private static func forEachAttribute(_ bytes: RawSpan, _ range: Range<Int>, _ body: (UInt16, Range<Int>) -> Void) {
    var position = range.lowerBound
    while let length = bytes.host16(at: position).map({ Int($0) }), let type = bytes.host16(at: position + 2),
      length >= Header.attributeLength, position + length <= range.upperBound
    {
      body(type & attributeTypeMask, (position + Header.attributeLength)..<(position + length))
      position += (length + 3) & ~3
    }
  }

  /// Our own table, and those where today's iptables keeps `mangle`.
  private static func isOurs(_ table: String, family: UInt8) -> Bool {
    switch family {
    case 1: table == FeedRuleset.table  // NFPROTO_INET
    case 2, 10: table == "mangle"  // NFPROTO_IPV4, NFPROTO_IPV6
    default: false
    }
  }

  /// Up to the terminating zero.
  private static func text(_ bytes: RawSpan, _ range: Range<Int>) -> String {
    var text: [UInt8] = []
    for position in range {
      guard let byte = bytes.wire8(at: position), byte != 0 else { break }
      text.append(byte)
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension RawSpan {
  /// A number in the byte order of the host.
  fileprivate func host16(at offset: Int) -> UInt16? { wire16(at: offset).map { UInt16(bigEndian: $0) } }

  fileprivate func host32(at offset: Int) -> UInt32? { wire32(at: offset).map { UInt32(bigEndian: $0) } }
}
