internal import CNftables
internal import Glibc
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
  /// Of its threads, the one that did it.
  public var process: UInt32

  /// The name is then that of a thread, and tells nobody anything.
  var isThisProcess: Bool {
    // Safe: Swift passes the text as a terminated string.
    unsafe access("/proc/self/task/\(process)", F_OK) == 0
  }
}

/// Reads what messages say of changes of nftables (`linux/netfilter/nf_tables.h`).
struct RulesetMessages {
  /// `nft_table_attributes`, `nft_chain_attributes` and so on agree: attribute 1 is the table's name.
  private static let tableName: UInt16 = 1

  /// Adds what the messages in `bytes` say; the rest of a damaged datagram is left out.
  static func read(_ bytes: RawSpan, into change: inout RulesetChange) {
    NetlinkReader.forEachMessage(bytes) { message in
      guard message.type >> 8 == UInt16(NFNL_SUBSYS_NFTABLES), !message.content.isEmpty else { return }
      read(message, bytes, into: &change)
    }
  }

  private static func read(_ message: NetlinkReader.Message, _ bytes: RawSpan, into change: inout RulesetChange) {
    switch UInt32(message.type & 0xFF) {
    case UInt32(NFT_MSG_NEWGEN.rawValue):
      readGeneration(bytes, message.attributes, into: &change)
    case UInt32(NFT_MSG_NEWSETELEM.rawValue), UInt32(NFT_MSG_DELSETELEM.rawValue):
      // Entries of sets come and go by themselves.
      break
    default:
      NetlinkReader.forEachAttribute(bytes, message.attributes) { type, value in
        guard type == tableName else { return }
        if isOurs(NetlinkReader.text(bytes, value), family: message.family) { change.touch() }
      }
    }
  }

  /// `nft_gen_attributes`: 2 is the process, 3 the program.
  private static func readGeneration(_ bytes: RawSpan, _ range: Range<Int>, into change: inout RulesetChange) {
    var author = RulesetAuthor(program: "", process: 0)
    NetlinkReader.forEachAttribute(bytes, range) { type, value in
      switch UInt32(type) {
      case UInt32(NFTA_GEN_PROC_PID.rawValue): author.process = bytes.wire32(at: value.lowerBound) ?? 0
      case UInt32(NFTA_GEN_PROC_NAME.rawValue): author.program = NetlinkReader.text(bytes, value)
      default: break
      }
    }
    change.end(by: author.program.isEmpty ? nil : author)
  }

  /// Our own table, and those where today's iptables keeps `mangle`.
  private static func isOurs(_ table: String, family: UInt8) -> Bool {
    switch family {
    case inetFamily: table == FeedRuleset.table
    case 2, 10: table == "mangle"  // NFPROTO_IPV4, NFPROTO_IPV6
    default: false
    }
  }
}
