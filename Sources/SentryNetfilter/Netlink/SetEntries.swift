internal import Algorithms
internal import CNftables
internal import SentryPacket

/// What can be put into a set of nftables.
protocol SetEntry {
  /// So many go into one message, whose attributes may have 65 535 bytes.
  static var messageLimit: Int { get }
  /// How long it stays if nothing hits it, in milliseconds; `nil` for as long as the set says.
  var left: UInt64? { get }
  /// Of intervals: it is the first that does not belong to the one before.
  var isEnd: Bool { get }
  /// Appends its key as the kernel lays it out.
  func appendKey(to writer: inout NetlinkWriter)
}

extension SetEntry {
  var left: UInt64? { nil }
  var isEnd: Bool { false }
}

extension NetlinkWriter {
  /// Entries for a set, or out of it (`nft_set_elem_list_attributes`, `nft_set_elem_attributes`).
  ///
  /// - Parameter echoes: the kernel is to tell what it did, with the counters.
  mutating func elements<Entry: SetEntry>(
    _ message: nf_tables_msg_types, of set: String, _ entries: some Collection<Entry>, echoes: Bool = false
  ) {
    for part in entries.chunks(ofCount: Entry.messageLimit) {
      setMessage(message, set, echoes: echoes) { writer in
        writer.nested(UInt16(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue)) { list in
          for entry in part { list.append(entry) }
        }
      }
    }
  }

  /// Empties a set.
  mutating func flush(_ set: String) { setMessage(NFT_MSG_DELSETELEM, set) { _ in } }

  private mutating func setMessage(
    _ message: nf_tables_msg_types, _ set: String, echoes: Bool = false, _ entries: (inout NetlinkWriter) -> Void
  ) {
    let flags = (message == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0) | (echoes ? NLM_F_ECHO : 0)
    self.message(nftables(message), flags: UInt16(truncatingIfNeeded: flags), family: inetFamily) { writer in
      writer.setName(set)
      entries(&writer)
    }
  }

  mutating func setName(_ set: String) {
    attribute(UInt16(NFTA_SET_ELEM_LIST_TABLE.rawValue), text: FeedRuleset.table)
    attribute(UInt16(NFTA_SET_ELEM_LIST_SET.rawValue), text: set)
  }

  /// Asks for one entry.
  mutating func query(_ entry: some SetEntry, in set: String) {
    setName(set)
    nested(UInt16(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue)) { $0.append(entry) }
  }

  private mutating func append(_ entry: some SetEntry) {
    nested(UInt16(NFTA_LIST_ELEM.rawValue)) { writer in
      if entry.isEnd {
        writer.attribute(UInt16(NFTA_SET_ELEM_FLAGS.rawValue), UInt32(NFT_SET_ELEM_INTERVAL_END.rawValue))
      }
      writer.nested(UInt16(NFTA_SET_ELEM_KEY.rawValue)) { key in
        key.attribute(UInt16(NFTA_DATA_VALUE.rawValue)) { entry.appendKey(to: &$0) }
      }
      if let left = entry.left { writer.attribute(UInt16(NFTA_SET_ELEM_EXPIRATION.rawValue), left) }
    }
  }

  /// In network order.
  mutating func append(_ address: IPAddress) {
    if let v4 = address.v4 {
      append(v4.bigEndian)
    } else {
      append(address.high.bigEndian)
      append(address.low.bigEndian)
    }
  }
}

/// An entry of a set as the kernel lists it, whatever its key is made of.
struct ListedEntry {
  /// Where its key lies in the message; empty if it has none.
  var key = 0..<0
  var counter = ChainListing.Counter()
  /// How long it stays, in milliseconds; `nil` where entries stay for ever.
  var left: UInt64?
  var isEnd = false

  /// From `nft_set_elem_attributes`.
  fileprivate init(_ bytes: RawSpan, _ range: Range<Int>) {
    NetlinkReader.forEachAttribute(bytes, range) { type, value in
      switch UInt32(type) {
      case NFTA_SET_ELEM_KEY.rawValue:
        key = NetlinkReader.attribute(UInt16(NFTA_DATA_VALUE.rawValue), bytes, in: value) ?? key
      case NFTA_SET_ELEM_FLAGS.rawValue:
        let flags = bytes.wire32(at: value.lowerBound) ?? 0
        isEnd = flags & UInt32(NFT_SET_ELEM_INTERVAL_END.rawValue) != 0
      case NFTA_SET_ELEM_EXPIRATION.rawValue:
        left = bytes.wire64(at: value.lowerBound)
      case NFTA_SET_ELEM_EXPR.rawValue:
        counter = ChainListing.Counter(expression: bytes, value) ?? counter
      default: break
      }
    }
  }
}

extension NetlinkReader {
  /// The entries in a message of a listing, or of what was done.
  static func forEachEntry(_ message: Message, _ bytes: RawSpan, _ body: (ListedEntry) -> Void) {
    guard let list = attribute(UInt16(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue), bytes, in: message.attributes) else {
      return
    }
    forEachAttribute(bytes, list) { _, entry in body(ListedEntry(bytes, entry)) }
  }

  /// The name of the set that a message is about.
  static func setName(_ message: Message, _ bytes: RawSpan) -> String? {
    attribute(UInt16(NFTA_SET_ELEM_LIST_SET.rawValue), bytes, in: message.attributes).map { text(bytes, $0) }
  }
}

extension IPAddress {
  /// All of `range`, in network order: four bytes, or sixteen.
  init?(_ bytes: RawSpan, _ range: Range<Int>) {
    switch range.count {
    case 4:
      guard let v4 = bytes.wire32(at: range.lowerBound) else { return nil }
      self.init(v4: v4)
    case 16:
      guard let high = bytes.wire64(at: range.lowerBound), let low = bytes.wire64(at: range.lowerBound + 8) else {
        return nil
      }
      self.init(high: high, low: low)
    default: return nil
    }
  }
}
