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
// Entries refresh themselves in the kernel at every hit. `readHits` brings that back, so that the table's entry lives as long.

internal import CNftables
public import SentryPacket
public import SentryState

/// The sets of blocked addresses. It belongs to the network namespace of the thread that makes it; one owner, one thread at
/// a time.
public struct KernelSets: ~Copyable {
  private let host: NetfilterHost
  private var kernel: NetlinkRequests
  private var connections: ConnectionEnding
  /// `nil` while nothing is blocked by sets.
  private var plan: BlockingPlan?
  /// Those there are, in no order that matters.
  private var sets: [BlockSet] = []
  private var held: [AddressNet: Held] = [:]
  /// Entries of the table that are left to the queue, because they are spared or have no set.
  private var leftOut: Set<AddressNet> = []
  private var spared = AddressSpans()
  private var ranges: [AddressEntry] = []
  /// What of the ranges is in the kernel, by the first address of each piece.
  private var pieces: [IPAddress: HeldPiece] = [:]
  private var lastCount: UInt64 = 0
  public private(set) var counts = Counts()

  /// What was put into the kernel, and what its counter had counted when it was last read.
  private struct Held {
    var set: BlockSet
    var packets: UInt64 = 0
    /// When it was last hit or put there, as far as is known; in nanoseconds as in `Timestamp`.
    var last: Int64

    func isExpired(_ now: Timestamp) -> Bool {
      guard let seconds = set.seconds else { return false }
      return now.nanoseconds - last >= Int64(seconds) * Timestamp.nanosecondsPerSecond
    }
  }

  fileprivate struct HeldPiece: Equatable {
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
    /// Connections that were ended.
    public var endedConnections: UInt64 = 0
    /// What was found to differ between the table and the kernel, and was put right.
    public var differences: UInt64 = 0
    /// Looks for that.
    public var checks: UInt64 = 0

    public init() {}
  }

  /// Entries that go into one transaction: well below a tenth of a second's work.
  private static let transactionLimit = 16_384

  /// - Throws: `.notInKernel`, `.systemCall`.
  public init(_ host: NetfilterHost) throws(NetfilterError) {
    let kernel = try NetlinkRequests()
    let connections = try ConnectionEnding()
    self.host = host
    self.kernel = kernel
    self.connections = connections
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
    if plan == nil {
      held = [:]
      pieces = [:]
      ranges = []
    }
    countEntries()
  }

  public var isBlocking: Bool { plan != nil }

  /// Makes the kernel hold what the table does.
  ///
  /// - Returns: how many entries were missing, wrong or too many.
  /// - Throws: what the kernel refuses; then it is to be tried again.
  @discardableResult
  public mutating func replaceAll(_ contents: Contents, now: Timestamp) throws(NetfilterError) -> Int {
    guard let plan else { return 0 }
    spared = AddressSpans(contents.local + (plan.sparesAuthorized ? contents.authorized : []))
    try listHeld(now: now)
    try listPieces()
    leftOut = []
    ranges = contents.triggered.filter { AddressNet($0.range) == nil }
    var wanted: Set<AddressNet> = []
    wanted.reserveCapacity(contents.triggered.count)
    var missing: [AddressEntry] = []
    for entry in contents.triggered {
      guard let net = AddressNet(entry.range), try belongs(net, entry.duration) else { continue }
      wanted.insert(net)
      if held[net]?.set.seconds != entry.duration.seconds || held[net] == nil { missing.append(entry) }
    }
    let surplus = held.keys.filter { !wanted.contains($0) }
    var batch = Batch()
    for net in surplus { remove(net, &batch) }
    for entry in missing {
      guard let net = AddressNet(entry.range) else { continue }
      try add(net, entry.duration, entry.lastTime, now: now, &batch)
      if batch.count >= Self.transactionLimit { try commit(&batch) }
    }
    try commit(&batch)
    return surplus.count + missing.count + (try putRanges(now: now))
  }

  /// Whether an entry is for the kernel; makes its set if there is none yet.
  private mutating func belongs(_ net: AddressNet, _ duration: AddressDuration) throws(NetfilterError) -> Bool {
    guard !isSpared(net), try set(for: net, duration) != nil else {
      leftOut.insert(net)
      return false
    }
    return true
  }

  private func isSpared(_ net: AddressNet) -> Bool {
    if !net.address.isIPv4, net.range.last >= AddressRange.mappedBlock.first,
      net.range.first <= AddressRange.mappedBlock.last
    {
      return true
    }
    return spared.overlaps(net.range)
  }

  private mutating func set(for net: AddressNet, _ duration: AddressDuration) throws(NetfilterError) -> BlockSet? {
    guard let plan else { return nil }
    let wanted = BlockSet(net, duration, capacity: plan.capacity)
    if sets.contains(wanted) { return wanted }
    guard sets.count < BlockingFeed.setLimit else { return nil }
    sets = try host.add([wanted])
    return sets.contains(wanted) ? wanted : nil
  }

  /// Reads what the kernel holds of single addresses and nets.
  private mutating func listHeld(now: Timestamp) throws(NetfilterError) {
    let before = held
    held = [:]
    held.reserveCapacity(before.count)
    for set in sets {
      for (net, element) in try list(set) {
        let known = before[net].flatMap { $0.set == set ? $0 : nil }
        held[net] = Held(
          set: set, packets: known?.packets ?? element.counter.packets, last: set.lastHit(element, now: now))
      }
    }
  }

  private mutating func list(_ set: BlockSet) throws(NetfilterError) -> [AddressNet: ListedElement] {
    var found: [AddressNet: ListedElement] = [:]
    while try !list(set.name, { found[set.net(of: $0.address)] = $0 }) { found = [:] }
    return found
  }

  private mutating func list(_ set: String, _ body: (ListedElement) -> Void) throws(NetfilterError) -> Bool {
    try kernel.list(
      nftables(NFT_MSG_GETSETELEM), family: inetFamily, to: "list the blocked addresses", { $0.setName(set) }
    ) { message, bytes in
      NetlinkReader.forEachElement(message, bytes, body)
    }
  }

  // MARK: Changes

  /// Does to the kernel's copy what has happened to the table, the oldest first.
  ///
  /// - Throws: what the kernel refuses; then only `replaceAll` helps.
  public mutating func apply(_ changes: [AddressChange], now: Timestamp) throws(NetfilterError) {
    guard plan != nil else { return }
    // Of several changes of an address only the last matters, but for whether it was entered.
    var latest: [AddressNet: AddressChange] = [:]
    var entered: [AddressNet] = []
    for change in changes {
      latest[change.net] = change
      if change.kind == .entered { entered.append(change.net) }
    }
    var batch = Batch()
    for (net, change) in latest {
      if change.kind == .removed {
        leftOut.remove(net)
        remove(net, &batch)
      } else if try belongs(net, change.duration) {
        leftOut.remove(net)
        try add(net, change.duration, change.time, now: now, &batch)
      } else {
        remove(net, &batch)
      }
      if batch.count >= Self.transactionLimit { try commit(&batch) }
    }
    try commit(&batch)
    counts.endedConnections &+= connections.end(of: entered.filter { held[$0] != nil })
  }

  /// Lets go of what covers addresses that were authorized; from now on the rules are to decide about them.
  public mutating func authorize(_ nets: [AddressNet], now: Timestamp) throws(NetfilterError) {
    guard let plan, plan.sparesAuthorized, !nets.isEmpty else { return }
    var batch = Batch()
    for net in nets {
      spared.insert(net.range)
      for length in Set(sets.map(\.length)) where length <= net.length {
        let around = AddressNet(net.address, length: length)
        guard held[around] != nil else { continue }
        remove(around, &batch)
        leftOut.insert(around)
      }
    }
    try commit(&batch)
    if pieces.values.contains(where: { piece in nets.contains { piece.range.contains($0.address) } }) {
      _ = try putRanges(now: now)
    }
  }

  /// Changes of one transaction.
  private struct Batch {
    /// By the set's name. They are added once more before they are deleted, so that none is missing.
    var removals: [String: [SetElement]] = [:]
    var additions: [String: [SetElement]] = [:]
    var count = 0
  }

  private mutating func remove(_ net: AddressNet, _ batch: inout Batch) {
    guard let old = held.removeValue(forKey: net) else { return }
    batch.removals[old.set.name, default: []].append(SetElement(net.address))
    batch.count += 1
  }

  private mutating func add(
    _ net: AddressNet, _ duration: AddressDuration, _ last: Timestamp, now: Timestamp, _ batch: inout Batch
  ) throws(NetfilterError) {
    guard let set = try set(for: net, duration) else { return }
    let new = Held(set: set, last: last.nanoseconds)
    remove(net, &batch)
    guard !new.isExpired(now) else { return }
    held[net] = new
    batch.additions[set.name, default: []].append(SetElement(net.address, left: set.left(since: last, now: now)))
    batch.count += 1
  }

  private mutating func commit(_ batch: inout Batch) throws(NetfilterError) {
    guard batch.count > 0 else { return countEntries() }
    let carriedOut = batch
    batch = Batch()
    try kernel.transact(to: "change the blocked addresses") { writer in
      for (set, elements) in carriedOut.removals {
        writer.elements(NFT_MSG_NEWSETELEM, of: set, elements)
        writer.elements(NFT_MSG_DELSETELEM, of: set, elements)
      }
      for (set, elements) in carriedOut.additions { writer.elements(NFT_MSG_NEWSETELEM, of: set, elements) }
    }
    counts.transactions &+= 1
    counts.changes &+= UInt64(carriedOut.count)
    countEntries()
  }

  private mutating func countEntries() {
    counts.entries = held.count + pieces.count
    counts.leftOut = leftOut.count
  }

  // MARK: Ranges

  /// Takes over the ranges that the table holds now.
  public mutating func replaceRanges(_ entries: [AddressEntry], now: Timestamp) throws(NetfilterError) {
    guard plan != nil else { return }
    ranges = entries
    _ = try putRanges(now: now)
  }

  /// Ranges have no time of their own in the kernel: they go when the table's entries do. Whoever knows of them asks the
  /// table again after a while.
  public var hasRanges: Bool { !ranges.isEmpty || !pieces.isEmpty }

  /// - Returns: how many pieces were not as they should be.
  private mutating func putRanges(now: Timestamp) throws(NetfilterError) -> Int {
    let wanted = wantedPieces()
    let wrong = wanted.count { pieces[$0]?.range != $1.range } + pieces.count { wanted[$0.key] == nil }
    guard wrong > 0 else {
      for (first, piece) in wanted { pieces[first]?.owner = piece.owner }
      return 0
    }
    try kernel.transact(to: "change the blocked ranges") { writer in
      for set in RangeSet.allCases {
        let elements = wanted.values.filter { $0.range.first.isIPv4 == (set == .ipv4) }.flatMap(\.elements)
        writer.flush(set.rawValue)
        writer.elements(NFT_MSG_NEWSETELEM, of: set.rawValue, elements)
      }
    }
    pieces = wanted
    counts.transactions &+= 1
    countEntries()
    return wrong
  }

  private func wantedPieces() -> [IPAddress: HeldPiece] {
    var wanted: [IPAddress: HeldPiece] = [:]
    for isIPv4 in [true, false] {
      let entries = ranges.filter { $0.range.first.isIPv4 == isIPv4 }
      let without = isIPv4 ? spared : AddressSpans(spared.ranges + [.mappedBlock])
      for piece in RangePieces.cut(entries.map(\.range), without: without) {
        wanted[piece.range.first] = HeldPiece(range: piece.range, owner: entries[piece.owner].range)
      }
    }
    return wanted
  }

  /// Ends connections that there was no time to end when their addresses were entered.
  public mutating func endConnections() { counts.endedConnections &+= connections.end(of: []) }

  // MARK: Hits

  /// What an entry of the table has met in the kernel.
  public struct Hit: Sendable, Equatable {
    public var range: AddressRange
    public var packets: UInt64
    /// Of the last of them.
    public var time: Timestamp
  }

  /// What the kernel has dropped since the last call, entry by entry. Costs next to nothing where that is nothing.
  public mutating func readHits(now: Timestamp) throws(NetfilterError) -> [Hit] {
    guard plan != nil else { return [] }
    let count = try BlockedCounter.read(&kernel).packets
    guard count != lastCount else { return [] }
    lastCount = count
    var hits: [Hit] = []
    for set in sets {
      for (net, element) in try list(set) {
        guard var entry = held[net], entry.set == set else { continue }
        let before = entry.packets <= element.counter.packets ? entry.packets : 0
        let packets = (element.counter.packets - before) / set.countsPerPacket
        guard packets > 0 else { continue }
        entry.packets = element.counter.packets
        entry.last = set.lastHit(element, now: now)
        held[net] = entry
        hits.append(Hit(range: net.range, packets: packets, time: Timestamp(nanoseconds: entry.last)))
      }
    }
    // In the order of time: the table keeps entries so.
    hits.sort { $0.time < $1.time }
    return hits + (try readRangeHits(now: now))
  }

  private mutating func readRangeHits(now: Timestamp) throws(NetfilterError) -> [Hit] {
    guard !pieces.isEmpty else { return [] }
    var sums: [AddressRange: UInt64] = [:]
    for set in RangeSet.allCases {
      var listed: [ListedElement] = []
      while try !list(set.rawValue, { listed.append($0) }) { listed = [] }
      for element in listed where !element.isEnd {
        guard let piece = pieces[element.address], element.counter.packets > piece.packets else { continue }
        pieces[element.address]?.packets = element.counter.packets
        sums[piece.owner, default: 0] &+= element.counter.packets - piece.packets
      }
    }
    return sums.map { Hit(range: $0, packets: $1, time: now) }
  }

  // MARK: Looking after it

  /// Whether the kernel holds what was put there, by numbers and by a sample; forgets what has expired.
  ///
  /// - Parameter triggered: entries of the table that have not expired.
  /// - Returns: false if something differs: then `repair` with the whole table.
  public mutating func isSound(triggered: Int, now: Timestamp) throws(NetfilterError) -> Bool {
    guard plan != nil else { return true }
    counts.checks &+= 1
    held = held.filter { !$0.value.isExpired(now) }
    countEntries()
    guard held.count + leftOut.count + ranges.count == triggered else { return false }
    for (net, entry) in held.shuffledSample(of: Self.sampleSize) where try !isInKernel(net, entry.set) { return false }
    return true
  }

  private static let sampleSize = 64

  private mutating func isInKernel(_ net: AddressNet, _ set: BlockSet) throws(NetfilterError) -> Bool {
    var isThere = false
    do throws(NetfilterError) {
      try kernel.request(
        nftables(NFT_MSG_GETSETELEM), flags: 0, family: inetFamily, to: "look for a blocked address",
        { $0.query(net.address, in: set.name) },
        reply: { message, bytes in NetlinkReader.forEachElement(message, bytes) { _ in isThere = true } })
    } catch {
      guard case .refused = error else { throw error }
      return false
    }
    return isThere
  }

  /// See `isSound`.
  public mutating func repair(_ contents: Contents, now: Timestamp) throws(NetfilterError) {
    counts.differences &+= UInt64(try replaceAll(contents, now: now))
  }

  /// Forgets pieces that the kernel does not hold.
  private mutating func listPieces() throws(NetfilterError) {
    var starts: Set<IPAddress> = []
    for set in RangeSet.allCases {
      while try !list(set.rawValue, { if !$0.isEnd { starts.insert($0.address) } }) {}
    }
    pieces = pieces.filter { starts.contains($0.key) }
  }
}

extension BlockSet {
  /// In the 128-bit form.
  var length: UInt8 {
    switch keys {
    case .ipv4: 128
    case .ipv6(let length): length
    }
  }

  func net(of key: IPAddress) -> AddressNet { AddressNet(key, length: length) }

  /// When an entry was last hit or put there, in nanoseconds; of those that stay for ever nobody knows.
  fileprivate func lastHit(_ element: ListedElement, now: Timestamp) -> Int64 {
    guard let seconds, let left = element.left else { return now.nanoseconds }
    let passed = Int64(seconds) * 1_000 - Int64(clamping: left)
    return now.nanoseconds - max(0, passed) * 1_000_000
  }

  /// Milliseconds an entry still has that was last hit at `last`, at least 1.
  fileprivate func left(since last: Timestamp, now: Timestamp) -> UInt64? {
    guard let seconds else { return nil }
    let passed = max(0, now.nanoseconds - last.nanoseconds) / 1_000_000
    return UInt64(max(1, Int64(seconds) * 1_000 - passed))
  }
}

extension KernelSets.HeldPiece {
  /// As the kernel wants an interval: its first address, and the first behind it.
  fileprivate var elements: [SetElement] {
    let end = range.last.next.flatMap { $0.isIPv4 == range.first.isIPv4 ? SetElement($0, isEnd: true) : nil }
    return [SetElement(range.first)] + (end.map { [$0] } ?? [])
  }
}

extension Dictionary {
  /// At most `count` of its entries, others each time.
  fileprivate func shuffledSample(of count: Int) -> [Element] {
    guard self.count > count else { return Array(self) }
    return (0..<count).compactMap { _ in randomElement() }
  }
}
