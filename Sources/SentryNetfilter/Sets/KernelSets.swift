// The kernel's copy of the table of triggered addresses.
//
// What is in the kernel is computed from the table: single addresses and IPv6 nets each in the set for its kind and its duration,
// ranges cut into intervals. `held` remembers what was put there. Changes come in batches, a batch is one transaction.
// An entry whose duration changes is deleted and added again: kernels before 6.12 do not change that of one that is there.
// (It is added before it is deleted, too: deleting what has just expired would fail.)
//
// Some addresses are left to the queue: those of this host and authorized ones, which the rules are to decide about; IPv6 nets
// around the block of mapped IPv4 addresses, which count as IPv4; and those for whose duration there is no set any more.
//
// Entries refresh themselves in the kernel at every hit. `hits` brings that back, so that the table's entry lives as long. A packet
// may so put back an entry that was taken out the moment before, and people may put others there: what is hit and is
// not ours goes, too.

internal import CNftables
public import SentryPacket
public import SentryState

/// The sets of blocked addresses. It belongs to the network namespace of the thread that makes it; one owner, one thread at
/// a time.
public struct KernelSets: ~Copyable {
  let host: NetfilterHost
  var kernel: NetlinkRequests
  /// `nil` while nothing is blocked by sets.
  var plan: BlockingPlan?
  /// Those there are, in no order that matters.
  var sets: [BlockSet] = []
  var held = HeldEntries()
  /// Entries of the table that are left to the queue, because they are spared or have no set.
  var leftOut: Set<AddressNet> = []
  var spared = AddressSpans()
  var ranges: [AddressEntry] = []
  /// What of the ranges is in the kernel, by the first address of each piece.
  var pieces: [IPAddress: HeldPiece] = [:]
  /// When they were put there.
  var piecesSince = ContinuousClock().now
  /// Entries that are new since `takeEntered`.
  var entered: [AddressNet] = []
  /// What was taken out since counts were last asked for: what is read of it may be older than that.
  var removed: Set<AddressNet> = []
  /// What was taken out since `checkRemoved`.
  var unchecked: [AddressNet: BlockSet] = [:]
  /// What was read, and is not ours: see `removeSurplus`.
  var surplus: [(set: BlockSet, address: IPAddress)] = []
  private var lastRecycling = ContinuousClock.Instant.now - Self.recyclingInterval
  /// All that was dropped when the entries were last asked for their hits.
  var lastCount: UInt64 = 0
  public internal(set) var counts = Counts()

  /// What was put into the kernel, and what its counter had counted when it was last read.
  struct Held {
    var set: BlockSet
    var packets: UInt64 = 0
    /// When it was last hit or put there, as far as is known; in nanoseconds as in `Timestamp`.
    var last: Int64
    /// When it was put there; what was read before is of another entry.
    var since: ContinuousClock.Instant

    func isExpired(_ now: Timestamp) -> Bool {
      guard let seconds = set.seconds else { return false }
      return now.nanoseconds - last >= Int64(seconds) * Timestamp.nanosecondsPerSecond
    }
  }

  struct HeldPiece: Equatable {
    var range: AddressRange
    /// The range it is a part of.
    var owner: AddressRange
    var packets: UInt64 = 0
  }

  public struct Counts: Sendable, Equatable {
    /// Entries in the kernel: addresses, nets and pieces of ranges.
    public var entries = 0
    /// Entries of the table that the queue has to judge.
    public var leftOut = 0
    /// Entries that were put in, changed or taken out.
    public var changes: UInt64 = 0
    public var transactions: UInt64 = 0
    /// What was found to differ between the table and the kernel, and was put right.
    public var differences: UInt64 = 0
    /// Looks for that.
    public var checks: UInt64 = 0

    public init() {}
  }

  /// Entries that go into one transaction: well below a tenth of a second's work.
  static let transactionLimit = 16_384

  /// - Throws: `.notInKernel`, `.systemCall`.
  public init(_ host: NetfilterHost) throws(NetfilterError) {
    let kernel = try NetlinkRequests()
    self.host = host
    self.kernel = kernel
  }

  /// What the table holds, for sets that know nothing yet.
  public struct Contents: Sendable {
    public var triggered: [AddressEntry]
    /// Addresses that rules have authorized, or people.
    public var authorized: [AddressRange]
    /// This host's own, and others that are never blocked.
    public var local: [AddressRange]

    public init(triggered: [AddressEntry], authorized: [AddressRange] = [], local: [AddressRange] = []) {
      self.triggered = triggered
      self.authorized = authorized
      self.local = local
    }
  }

  // MARK: Everything

  /// Follows the feed that is in force; `replaceAll` must come next.
  public mutating func follow() {
    let blocking = host.status?.feed.blocking
    plan = blocking?.plan
    sets = blocking?.sets ?? []
    leftOut = []
    surplus = []
    if plan == nil {
      held = HeldEntries()
      removed = []
      unchecked = [:]
      pieces = [:]
      entered = []
      ranges = []
    }
    countEntries()
  }

  public var isBlocking: Bool { plan != nil }

  /// What it follows is still in force; otherwise nothing it is asked for can succeed.
  public var isInForce: Bool { plan == host.status?.feed.blocking?.plan }

  /// Makes the kernel hold what the table does.
  ///
  /// - Returns: how many entries were missing, wrong or too many.
  /// - Throws: what the kernel refuses; then it is to be tried again.
  @discardableResult
  public mutating func replaceAll(_ contents: Contents, now: Timestamp) throws(NetfilterError) -> Int {
    guard let plan else { return 0 }
    spared = AddressSpans(
      contents.local + plan.sparedSources + (plan.sparesAuthorized ? contents.authorized : []))
    try listHeld(now: now)
    try listPieces()
    let before = (leftOut: leftOut, ranges: ranges)
    leftOut = []
    ranges = contents.triggered.filter { AddressNet($0.range) == nil }
    var wanted: Set<AddressNet> = []
    wanted.reserveCapacity(contents.triggered.count)
    var missing: [AddressEntry] = []
    for entry in contents.triggered {
      guard let net = AddressNet(entry.range), try belongs(net, entry.duration) else { continue }
      wanted.insert(net)
      let isHeld = held[net].map { $0.set.seconds == entry.duration.seconds } ?? false
      if !isHeld, !entry.isExpired(now.later(by: Self.shortly)) { missing.append(entry) }
    }
    let surplus = held.filter { net, _ in !wanted.contains(net) }
    if surplus.count == held.count {
      try removeAll()
    } else {
      var batch = Batch()
      for (net, _) in surplus {
        remove(net, &batch)
        if batch.count >= Self.transactionLimit { try commit(&batch) }
      }
      try commit(&batch)
    }
    held.reserveCapacity(held.count + missing.count)
    var batch = Batch()
    for entry in missing {
      guard let net = AddressNet(entry.range) else { continue }
      try add(net, entry.duration, entry.lastTime, now: now, &batch)
      if batch.count >= Self.transactionLimit { try commit(&batch) }
    }
    try commit(&batch)
    let tooMany = surplus.count { !$0.value.isExpired(now.later(by: Self.shortly)) }
    let tooFew = missing.count { entry in AddressNet(entry.range).map { !before.leftOut.contains($0) } ?? false }
    let wrongPieces = try putRanges(now: now)
    // Where ranges have come or gone meanwhile, nothing was wrong with the pieces.
    return tooMany + tooFew + (before.ranges.map(\.range) == ranges.map(\.range) ? wrongPieces : 0)
  }

  /// Whether an entry is for the kernel; makes its set if there is none yet.
  mutating func belongs(_ net: AddressNet, _ duration: AddressDuration) throws(NetfilterError) -> Bool {
    guard !isSpared(net), try set(for: net, duration) != nil else {
      leftOut.insert(net)
      return false
    }
    return true
  }

  private func isSpared(_ net: AddressNet) -> Bool {
    if !net.address.isIPv4, plan?.ipv6PrefixLength == nil { return true }
    if !net.address.isIPv4, net.range.last >= AddressRange.mappedBlock.first,
      net.range.first <= AddressRange.mappedBlock.last
    {
      return true
    }
    return spared.overlaps(net.range)
  }

  mutating func set(for net: AddressNet, _ duration: AddressDuration) throws(NetfilterError) -> BlockSet? {
    guard let plan else { return nil }
    let wanted = BlockSet(net, duration, capacity: plan.capacity)
    if sets.contains(wanted) { return wanted }
    if sets.count >= BlockingFeed.setLimit {
      guard lastRecycling.duration(to: .now) >= Self.recyclingInterval else { return nil }
      lastRecycling = .now
    }
    sets = try host.add([wanted], keeping: held.sets)
    return sets.contains(wanted) ? wanted : nil
  }

  /// Sets that hold nothing make way for others at most so often: to find them takes a look at all there is.
  private static let recyclingInterval = Duration.seconds(1)

  /// Reads what the kernel holds of single addresses and nets.
  mutating func listHeld(now: Timestamp) throws(NetfilterError) {
    let before = held
    let start = ContinuousClock().now
    held = HeldEntries()
    held.reserveCapacity(before.count)
    for set in sets {
      var found: [AddressNet: ListedElement] = [:]
      while try !kernel.list(set.name, { found[set.net(of: $0.address)] = $0 }) { found = [:] }
      for (net, element) in found {
        let known = before[net].flatMap { $0.set == set ? $0 : nil }
        held[net] = Held(
          set: set, packets: known?.packets ?? element.counter.packets, last: set.lastHit(element, now: now),
          since: start)
      }
    }
  }

}

extension Timestamp {
  func later(by nanoseconds: Int64) -> Timestamp { Timestamp(nanoseconds: self.nanoseconds &+ nanoseconds) }
}

extension AddressEntry {
  fileprivate func isExpired(_ now: Timestamp) -> Bool {
    guard let seconds = duration.seconds else { return false }
    return now.nanoseconds - lastTime.nanoseconds >= Int64(seconds) * Timestamp.nanosecondsPerSecond
  }
}
