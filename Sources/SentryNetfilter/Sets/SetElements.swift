internal import CNftables
internal import SentryPacket

/// An address as an entry of a set, as it goes to the kernel.
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

extension SetElement: SetEntry {
  static var messageLimit: Int { 1_000 }

  func appendKey(to writer: inout NetlinkWriter) { writer.append(address) }
}

/// An address as the kernel lists it.
struct ListedElement: Equatable {
  var address: IPAddress
  var counter = ChainListing.Counter()
  /// How long it stays, in milliseconds; `nil` where entries stay for ever.
  var left: UInt64?
  var isEnd = false
}

extension NetlinkReader {
  /// The addresses in a message of a listing.
  static func forEachElement(_ message: Message, _ bytes: RawSpan, _ body: (ListedElement) -> Void) {
    guard message.type == nftables(NFT_MSG_NEWSETELEM) else { return }
    forEachEntry(message, bytes) { entry in
      guard let address = IPAddress(bytes, entry.key) else { return }
      body(ListedElement(address: address, counter: entry.counter, left: entry.left, isEnd: entry.isEnd))
    }
  }
}
