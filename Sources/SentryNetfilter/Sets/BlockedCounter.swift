internal import CNftables

/// What the kernel has dropped by sets altogether: a counter by itself, which stays when the rules are renewed.
enum BlockedCounter {
  static func read(_ kernel: inout NetlinkRequests) throws(NetfilterError) -> ChainListing.Counter {
    var counter = ChainListing.Counter()
    try kernel.request(
      nftables(NFT_MSG_GETOBJ), flags: 0, family: inetFamily, to: "read what the kernel has dropped",
      { writer in
        writer.attribute(UInt16(NFTA_OBJ_TABLE.rawValue), text: FeedRuleset.table)
        writer.attribute(UInt16(NFTA_OBJ_NAME.rawValue), text: BlockingFeed.counter)
        writer.attribute(UInt16(NFTA_OBJ_TYPE.rawValue), UInt32(NFT_OBJECT_COUNTER))
      },
      reply: { message, bytes in
        if let data = NetlinkReader.attribute(UInt16(NFTA_OBJ_DATA.rawValue), bytes, in: message.attributes) {
          counter = ChainListing.Counter(counter: bytes, data)
        }
      })
    return counter
  }
}
