internal import CNftables
internal import SentryPacket

/// An entry of a set as it goes to the kernel.
struct SetElement: Equatable {
  var address: IPAddress
  /// How long it stays if nothing hits it, in milliseconds; `nil` for as long as the set says.
  var left: UInt64?
  /// Of intervals: the address is the first that does not belong to the one before.
  var isEnd = false

  init(_ address: IPAddress, left: UInt64? = nil, isEnd: Bool = false) {
    self.address = address
    self.left = left
    self.isEnd = isEnd
  }
}

/// An entry as the kernel lists it.
struct ListedElement: Equatable {
  var address: IPAddress
  var counter = ChainListing.Counter()
  /// How long it stays, in milliseconds; `nil` where entries stay for ever.
  var left: UInt64?
  var isEnd = false
}

extension NetlinkWriter {
  /// So many entries go into one message, whose attributes may have 65 535 bytes.
  private static let elementsPerMessage = 1_000

  /// Entries for a set, or out of it (`nft_set_elem_list_attributes`, `nft_set_elem_attributes`).
  mutating func elements(
    _ message: nf_tables_msg_types, of set: String, _ elements: some Collection<SetElement>
  ) {
    var rest = elements[...]
    while !rest.isEmpty {
      let part = rest.prefix(Self.elementsPerMessage)
      rest = rest.dropFirst(part.count)
      setMessage(message, set) { writer in
        writer.nested(UInt16(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue)) { list in
          for element in part { list.append(element) }
        }
      }
    }
  }

  /// Empties a set.
  mutating func flush(_ set: String) { setMessage(NFT_MSG_DELSETELEM, set) { _ in } }

  private mutating func setMessage(
    _ message: nf_tables_msg_types, _ set: String, _ elements: (inout NetlinkWriter) -> Void
  ) {
    let create = message == NFT_MSG_NEWSETELEM ? UInt16(NLM_F_CREATE) : 0
    self.message(nftables(message), flags: create, family: inetFamily) { writer in
      writer.setName(set)
      elements(&writer)
    }
  }

  mutating func setName(_ set: String) {
    attribute(UInt16(NFTA_SET_ELEM_LIST_TABLE.rawValue), text: FeedRuleset.table)
    attribute(UInt16(NFTA_SET_ELEM_LIST_SET.rawValue), text: set)
  }

  /// Asks for one entry.
  mutating func query(_ address: IPAddress, in set: String) {
    setName(set)
    nested(UInt16(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue)) { $0.append(SetElement(address)) }
  }

  private mutating func append(_ element: SetElement) {
    nested(UInt16(NFTA_LIST_ELEM.rawValue)) { writer in
      if element.isEnd {
        writer.attribute(UInt16(NFTA_SET_ELEM_FLAGS.rawValue), UInt32(NFT_SET_ELEM_INTERVAL_END.rawValue))
      }
      writer.nested(UInt16(NFTA_SET_ELEM_KEY.rawValue)) { key in
        key.attribute(UInt16(NFTA_DATA_VALUE.rawValue)) { value in
          if let v4 = element.address.v4 {
            value.append(v4.bigEndian)
          } else {
            value.append(element.address.high.bigEndian)
            value.append(element.address.low.bigEndian)
          }
        }
      }
      if let left = element.left { writer.attribute(UInt16(NFTA_SET_ELEM_EXPIRATION.rawValue), left) }
    }
  }
}

extension NetlinkReader {
  /// The entries in a message of a listing.
  static func forEachElement(_ message: Message, _ bytes: RawSpan, _ body: (ListedElement) -> Void) {
    guard message.type == nftables(NFT_MSG_NEWSETELEM),
      let list = attribute(UInt16(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue), bytes, in: message.attributes)
    else { return }
    forEachAttribute(bytes, list) { _, element in
      if let element = ListedElement(bytes, element) { body(element) }
    }
  }
}

extension ListedElement {
  fileprivate init?(_ bytes: RawSpan, _ range: Range<Int>) {
    var key: IPAddress?
    var element = ListedElement(address: IPAddress(high: 0, low: 0))
    NetlinkReader.forEachAttribute(bytes, range) { type, value in
      switch UInt32(type) {
      case NFTA_SET_ELEM_KEY.rawValue:
        key = NetlinkReader.attribute(UInt16(NFTA_DATA_VALUE.rawValue), bytes, in: value)
          .flatMap { Self.address(bytes, $0) }
      case NFTA_SET_ELEM_FLAGS.rawValue:
        let flags = bytes.wire32(at: value.lowerBound) ?? 0
        element.isEnd = flags & UInt32(NFT_SET_ELEM_INTERVAL_END.rawValue) != 0
      case NFTA_SET_ELEM_EXPIRATION.rawValue:
        element.left = bytes.wire64(at: value.lowerBound)
      case NFTA_SET_ELEM_EXPR.rawValue:
        element.counter = ChainListing.Counter(expression: bytes, value) ?? element.counter
      default: break
      }
    }
    guard let key else { return nil }
    element.address = key
    self = element
  }

  private static func address(_ bytes: RawSpan, _ range: Range<Int>) -> IPAddress? {
    switch range.count {
    case 4: bytes.wire32(at: range.lowerBound).map { IPAddress(v4: $0) }
    case 16:
      bytes.wire64(at: range.lowerBound).flatMap { high in
        bytes.wire64(at: range.lowerBound + 8).map { IPAddress(high: high, low: $0) }
      }
    default: nil
    }
  }
}
