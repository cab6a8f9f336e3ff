internal import CNftables
public import SentryPacket
internal import SentryState

// Comparing the kernel with what was put there.

extension KernelSets {
  /// Whether the kernel holds what was put there, by numbers and by a sample; forgets what has expired.
  ///
  /// - Parameter triggered: entries of the table that have not expired.
  /// - Returns: false if something differs: then `repair` with the whole table.
  public mutating func isSound(triggered: Int, now: Timestamp) throws(NetfilterError) -> Bool {
    guard plan != nil else { return true }
    counts.checks &+= 1
    held.removeExpired(now)
    countEntries()
    // Those may just have expired in one place and not in the other.
    let unsure = held.expiredCount(now.later(by: Self.shortly))
    guard abs(held.count + leftOut.count + ranges.count - triggered) <= unsure else { return false }
    for (net, entry) in held.sample(of: Self.sampleSize) {
      if try !isInKernel(net, entry.set), !entry.isExpired(now.later(by: Self.shortly)) { return false }
    }
    guard !pieces.isEmpty else { return true }
    return try listStarts() == Set(pieces.keys)
  }

  /// What expires within this time, in nanoseconds, need not be in both places any more.
  static let shortly = Timestamp.nanosecondsPerSecond

  private static let sampleSize = 64

  private mutating func isInKernel(_ net: AddressNet, _ set: BlockSet) throws(NetfilterError) -> Bool {
    var isThere = false
    do throws(NetfilterError) {
      try kernel.request(
        nftables(NFT_MSG_GETSETELEM), flags: 0, family: inetFamily, to: "look for a blocked address",
        { $0.query(SetElement(net.address), in: set.name) },
        reply: { message, bytes in NetlinkReader.forEachElement(message, bytes) { _ in isThere = true } })
    } catch {
      guard case .refused = error else { throw error }
      return false
    }
    return isThere
  }

  /// Looks whether what was taken out is gone: a packet that found it in that moment may have put it back. To be done a moment
  /// after it was taken out, and `removeSurplus` then.
  public mutating func checkRemoved() throws(NetfilterError) {
    guard plan != nil, !unchecked.isEmpty else { return }
    let suspects = unchecked.filter { held[$0.key]?.set != $0.value && sets.contains($0.value) }
    unchecked = [:]
    if suspects.count <= Self.manySuspects {
      for (net, set) in suspects where try isInKernel(net, set) { surplus.append((set, net.address)) }
    } else {
      for set in Set(suspects.values) {
        var found: [IPAddress] = []
        while try !kernel.list(set.name, { found.append($0.address) }) { found = [] }
        for address in found where held[set.net(of: address)]?.set != set { surplus.append((set, address)) }
      }
    }
  }

  /// Beyond these, to list their sets takes less time than to ask for each.
  private static let manySuspects = 1_000

  /// See `isSound`.
  public mutating func repair(_ contents: Contents, now: Timestamp) throws(NetfilterError) {
    counts.differences &+= UInt64(try replaceAll(contents, now: now))
  }

  /// Forgets pieces that the kernel does not hold; all of them where it holds others.
  mutating func listPieces() throws(NetfilterError) {
    let starts = try listStarts()
    pieces = starts.isSubset(of: pieces.keys) ? pieces.filter { starts.contains($0.key) } : [:]
  }

  /// Where the intervals begin that the kernel holds.
  private mutating func listStarts() throws(NetfilterError) -> Set<IPAddress> {
    var starts: Set<IPAddress> = []
    for set in RangeSet.allCases {
      while try !kernel.list(set.rawValue, { if !$0.isEnd { starts.insert($0.address) } }) {}
    }
    return starts
  }
}
