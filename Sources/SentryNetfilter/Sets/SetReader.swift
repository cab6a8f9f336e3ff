internal import CNftables
public import SentryPacket

/// Reads what the kernel has counted for blocked addresses, on a handle of its own: a long list takes a while, and entries that
/// are to be blocked must not wait for it.
public struct SetReader: ~Copyable {
  private var kernel: NetlinkRequests

  /// What is to be read.
  public struct Order: Sendable {
    var sets: [BlockSet]
    var ranges: [RangeSet]
  }

  /// What was read. An entry may be missing, or be there twice, if others came and went meanwhile.
  public struct Reading: Sendable {
    var entries: [(set: BlockSet, elements: [ListedElement])] = []
    var ranges: [ListedElement] = []
    var start: ContinuousClock.Instant
    var time: Timestamp
  }

  /// - Throws: `.notInKernel`, `.systemCall`.
  public init() throws(NetfilterError) { kernel = try NetlinkRequests() }

  public mutating func read(_ order: Order, now: Timestamp) throws(NetfilterError) -> Reading {
    var reading = Reading(start: ContinuousClock().now, time: now)
    for set in order.sets {
      var elements: [ListedElement] = []
      // Where something changes meanwhile, the next reading has what is missing.
      _ = try kernel.list(set.name) { if $0.counter.packets > 0 { elements.append($0) } }
      reading.entries.append((set, elements))
    }
    for set in order.ranges { _ = try kernel.list(set.rawValue) { reading.ranges.append($0) } }
    return reading
  }
}

extension NetlinkRequests {
  /// The entries of a set.
  ///
  /// - Returns: false if it changed meanwhile.
  mutating func list(_ set: String, _ body: (ListedElement) -> Void) throws(NetfilterError) -> Bool {
    try list(
      nftables(NFT_MSG_GETSETELEM), family: inetFamily, to: "list the blocked addresses", { $0.setName(set) }
    ) { message, bytes in
      NetlinkReader.forEachElement(message, bytes, body)
    }
  }
}
