internal import CNftables
internal import SentryPacket

/// Chains and rules of our table as the kernel lists them, without the entries of sets: nftables' own listings read all of
/// them, whatever is asked.
struct ChainListing {
  struct Counter: Equatable {
    var packets: UInt64 = 0
    var bytes: UInt64 = 0
  }

  /// What tells whether somebody has changed something: a rule that is put in the place of another has another handle.
  struct Signature: Equatable {
    /// Its flags: a table can be put to sleep.
    var table: [UInt8] = []
    /// Name, hook and policy of each chain.
    var chains: [String: [UInt8]] = [:]
    /// The handles of each chain's rules, in order.
    var rules: [String: [UInt64]] = [:]

    /// Without what is not ours.
    func of(_ names: Set<String>) -> Signature {
      Signature(
        table: table, chains: chains.filter { names.contains($0.key) }, rules: rules.filter { names.contains($0.key) })
    }
  }

  private(set) var signature = Signature()
  /// The counters of rules by their comments; those with the same are added up.
  private(set) var counters: [String: Counter] = [:]

  subscript(comment: String) -> Counter { counters[comment] ?? Counter() }

  /// Rules in these chains.
  func ruleCount(in chains: [String]) -> Int { chains.reduce(0) { $0 + (signature.rules[$1]?.count ?? 0) } }

  // MARK: Reading

  /// What there is now; empty without our table.
  static func read(_ kernel: inout NetlinkRequests, to asked: String) throws(NetfilterError) -> ChainListing {
    while true {
      var listing = ChainListing()
      let table = FeedRuleset.table
      let ours: (inout NetlinkWriter) -> Void = { $0.attribute(UInt16(NFTA_RULE_TABLE.rawValue), text: table) }
      var isConsistent = try kernel.list(nftables(NFT_MSG_GETTABLE), family: inetFamily, to: asked) {
        listing.addTable($0, $1)
      }
      isConsistent =
        try kernel.list(nftables(NFT_MSG_GETCHAIN), family: inetFamily, to: asked) { listing.addChain($0, $1) }
        && isConsistent
      isConsistent =
        try kernel.list(nftables(NFT_MSG_GETRULE), family: inetFamily, to: asked, ours) { listing.addRule($0, $1) }
        && isConsistent
      if isConsistent { return listing }
    }
  }

  private mutating func addTable(_ message: NetlinkReader.Message, _ bytes: RawSpan) {
    guard isOurs(message, bytes, UInt16(NFTA_TABLE_NAME.rawValue)) else { return }
    let flags = NetlinkReader.attribute(UInt16(NFTA_TABLE_FLAGS.rawValue), bytes, in: message.attributes)
    signature.table = flags.map { NetlinkReader.copy(bytes, $0) } ?? []
  }

  private mutating func addChain(_ message: NetlinkReader.Message, _ bytes: RawSpan) {
    guard isOurs(message, bytes, UInt16(NFTA_CHAIN_TABLE.rawValue)) else { return }
    var name = ""
    var kind: [UInt8] = []
    NetlinkReader.forEachAttribute(bytes, message.attributes) { type, value in
      switch UInt32(type) {
      case NFTA_CHAIN_NAME.rawValue: name = NetlinkReader.text(bytes, value)
      case NFTA_CHAIN_HOOK.rawValue, NFTA_CHAIN_POLICY.rawValue, NFTA_CHAIN_HANDLE.rawValue:
        kind += NetlinkReader.copy(bytes, value)
      default: break
      }
    }
    signature.chains[name] = kind
  }

  private mutating func addRule(_ message: NetlinkReader.Message, _ bytes: RawSpan) {
    guard isOurs(message, bytes, UInt16(NFTA_RULE_TABLE.rawValue)) else { return }
    var (chain, handle, comment, counter) = ("", UInt64(0), "", Counter?.none)
    NetlinkReader.forEachAttribute(bytes, message.attributes) { type, value in
      switch UInt32(type) {
      case NFTA_RULE_CHAIN.rawValue: chain = NetlinkReader.text(bytes, value)
      case NFTA_RULE_HANDLE.rawValue: handle = bytes.wire64(at: value.lowerBound) ?? 0
      case NFTA_RULE_USERDATA.rawValue: comment = Self.comment(bytes, value)
      case NFTA_RULE_EXPRESSIONS.rawValue: counter = Self.firstCounter(bytes, value)
      default: break
      }
    }
    signature.rules[chain, default: []].append(handle)
    guard let counter, !comment.isEmpty else { return }
    counters[comment, default: Counter()].packets &+= counter.packets
    counters[comment, default: Counter()].bytes &+= counter.bytes
  }

  private func isOurs(_ message: NetlinkReader.Message, _ bytes: RawSpan, _ tableName: UInt16) -> Bool {
    guard message.family == inetFamily,
      let name = NetlinkReader.attribute(tableName, bytes, in: message.attributes)
    else { return false }
    return NetlinkReader.text(bytes, name) == FeedRuleset.table
  }

  /// libnftnl's `NFTNL_UDATA_RULE_COMMENT`: type 0, a length, and the text.
  private static func comment(_ bytes: RawSpan, _ range: Range<Int>) -> String {
    var position = range.lowerBound
    while position + 2 <= range.upperBound, let type = bytes.wire8(at: position),
      let length = bytes.wire8(at: position + 1).map({ Int($0) }), position + 2 + length <= range.upperBound
    {
      if type == 0 { return NetlinkReader.text(bytes, (position + 2)..<(position + 2 + length)) }
      position += 2 + length
    }
    return ""
  }

  private static func firstCounter(_ bytes: RawSpan, _ expressions: Range<Int>) -> Counter? {
    var counter: Counter?
    NetlinkReader.forEachAttribute(bytes, expressions) { _, expression in
      if counter == nil { counter = Counter(expression: bytes, expression) }
    }
    return counter
  }
}

extension ChainListing.Counter {
  /// From an expression, if it is a counter (`nft_expr_attributes`).
  init?(expression bytes: RawSpan, _ range: Range<Int>) {
    guard let name = NetlinkReader.attribute(UInt16(NFTA_EXPR_NAME.rawValue), bytes, in: range),
      bytes.isText("counter", at: name),
      let data = NetlinkReader.attribute(UInt16(NFTA_EXPR_DATA.rawValue), bytes, in: range)
    else { return nil }
    self.init(counter: bytes, data)
  }

  /// From a counter's values (`nft_counter_attributes`).
  init(counter bytes: RawSpan, _ range: Range<Int>) {
    NetlinkReader.forEachAttribute(bytes, range) { type, value in
      switch UInt32(type) {
      case NFTA_COUNTER_BYTES.rawValue: self.bytes = bytes.wire64(at: value.lowerBound) ?? 0
      case NFTA_COUNTER_PACKETS.rawValue: packets = bytes.wire64(at: value.lowerBound) ?? 0
      default: break
      }
    }
  }
}

extension RawSpan {
  /// The bytes are this text, with or without a terminating zero.
  func isText(_ text: String, at range: Range<Int>) -> Bool {
    var position = range.lowerBound
    for letter in text.utf8 {
      guard position < range.upperBound, wire8(at: position) == letter else { return false }
      position += 1
    }
    return position == range.upperBound || wire8(at: position) == 0
  }
}
