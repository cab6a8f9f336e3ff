// Keeps flows to the rates of the rules that they are bound to, where verdicts are carried out (docs/Enforcement.md, "Rates").
//
// Credit. Each rule has a bucket for each direction that it limits, which earns its rate. Twenty times a second what it has
// earned is shared out evenly among the senders that have room for more, so what one does not use the others get, and all
// shares together are the rate, whatever the timer's pace. What a sender sends costs its share's credit. What a flow leaves
// behind, or owes, goes back to the bucket.
//
// Three ways to hold a sender to its credit:
// 1. TCP whose SYNs and acknowledgements pass here: its receiver's windows let it send what it has credit for (`StreamWindow`);
//    nothing is held back or lost. A sender at its edge is told to go on by an acknowledgement of ours.
// 2. Other TCP, and what is sent beyond the edge: without credit, packets wait in the order they came, and are dropped if too
//    many do.
// 3. All else: without credit, packets are dropped.
//
// Time is passed in. Memory: only flows that are bound take any, besides four bytes for each end of a connection there may be,
// which are not touched before.

public import SentryPacket

public struct RateTable: ~Copyable {
  /// Packets that may wait at once.
  public static var holdCapacity: Int { 1_024 }
  /// Shares are given out so often.
  static var tickNanoseconds: Int64 { 50_000_000 }

  private var buckets: [RateBucket] = []
  private var senders: [LimitedSender] = []
  private var freeSenders: [Int] = []
  /// By the place of a flow in the connection table, two each: the number of the sender that is the flow's first end, then of
  /// the other, counted from 1; 0 for none.
  private var places: ZeroedBuffer<UInt32>
  private var packets = WaitingPackets(capacity: RateTable.holdCapacity)
  private var lastTick = Timestamp(nanoseconds: 0)
  private var second: Int64 = 0
  /// Something waits for the next tick.
  private var isBusy = false

  /// - Parameter connections: the capacity of the table of connections.
  init(connections: Int) { places = ZeroedBuffer(atMost: 2 * connections) }

  // MARK: Limits

  /// Puts other limits in force, in document order. A limit that was there before keeps what it has; flows of one that is gone
  /// are let go at the next tick. Takes time with the number of limits: packets wait meanwhile.
  mutating func setLimits(_ limits: [RateLimit]) {
    var places = BucketPlaces(buckets)
    for index in buckets.indices { buckets[index].isRetired = true }
    for limit in limits {
      if limit.directions.contains(.inbound) { setLimit(limit, .inbound, &places) }
      if limit.directions.contains(.outbound) { setLimit(limit, .outbound, &places) }
    }
    letLastGiveWay(limits, .inbound)
    letLastGiveWay(limits, .outbound)
    // Looks at all flows at the next tick.
    second = -1
    isBusy = isBusy || !senders.isEmpty
  }

  /// Which buckets there are, while they are changed.
  private struct BucketPlaces {
    private var known: [RateSubject: Int]
    /// None before this one is free.
    private var nextFree = 0

    init(_ buckets: [RateBucket]) {
      known = Dictionary(buckets.enumerated().map { ($1.subject, $0) }) { first, _ in first }
    }

    /// The bucket of a limit, a free one included, unless another has taken its place.
    func place(of subject: RateSubject, in buckets: [RateBucket]) -> Int? {
      known[subject].flatMap { buckets[$0].subject == subject ? $0 : nil }
    }

    /// Where a new bucket is to stand: in a free place, or behind the last.
    mutating func newPlace(for subject: RateSubject, in buckets: [RateBucket]) -> Int {
      while nextFree < buckets.count, !buckets[nextFree].isFree { nextFree += 1 }
      known[subject] = nextFree
      return nextFree
    }
  }

  private mutating func setLimit(_ limit: RateLimit, _ direction: Direction, _ places: inout BucketPlaces) {
    let subject = RateSubject(label: limit.label, direction: direction)
    guard let index = places.place(of: subject, in: buckets) else {
      let new = RateBucket(subject, bytesPerSecond: limit.bytesPerSecond)
      let place = places.newPlace(for: subject, in: buckets)
      if place < buckets.count { buckets[place] = new } else { buckets.append(new) }
      return
    }
    buckets[index].bytesPerSecond = limit.bytesPerSecond
    buckets[index].isRetired = false
    buckets[index].isFree = false
  }

  private mutating func letLastGiveWay(_ limits: [RateLimit], _ direction: Direction) {
    let last = limits.last { $0.directions.contains(RateDirections(direction)) }?.label
    for index in buckets.indices where buckets[index].direction == direction {
      buckets[index].givesWay = buckets[index].label == last
    }
    reserve(direction)
  }

  /// Forgets where flows stand in the table of connections, after that was built anew.
  mutating func forgetPlaces(connections: Int) {
    places = ZeroedBuffer(atMost: 2 * connections)
    for index in senders.indices { senders[index].slot = -1 }
  }

  private func bucket(_ label: UInt32, _ direction: Direction) -> Int32 {
    guard label != 0 else { return -1 }
    let subject = RateSubject(label: label, direction: direction)
    let index = buckets.firstIndex { $0.subject == subject && !$0.isRetired }
    return index.map { Int32($0) } ?? -1
  }

  // MARK: Packets

  /// What becomes of a packet that passes otherwise.
  mutating func pace(_ packet: RatedPacket, of flow: RatedFlow, now: Timestamp) -> Pacing {
    if !isBusy { wake(now) }
    var pacing = Pacing()
    if let sender = sender(of: flow, isFirstEnd: packet.isFromFirstEnd, limited: packet.direction) {
      pacing.verdict = admit(packet, from: sender)
    }
    if let numbers = packet.numbers, pacing.verdict != .drop,
      let receiverOf = sender(of: flow, isFirstEnd: !packet.isFromFirstEnd, limited: packet.direction.opposite)
    {
      limitWindow(of: receiverOf, by: numbers, packet, flow, &pacing)
    }
    return pacing
  }

  /// Nobody wanted anything since the last tick, so only little of it adds up.
  private mutating func wake(_ now: Timestamp) {
    isBusy = true
    for index in buckets.indices {
      buckets[index].earn(until: now)
      buckets[index].forgetExcess()
    }
  }

  /// An end of a flow, bound to the limit of `direction` if there is one.
  private mutating func sender(of flow: RatedFlow, isFirstEnd: Bool, limited direction: Direction) -> Int? {
    let place = 2 * flow.slot + (isFirstEnd ? 0 : 1)
    guard place >= 0, place < places.count else { return nil }
    var known = Int(places[place]) - 1
    if known >= 0,
      !senders[known].isUsed || senders[known].slot != flow.slot || senders[known].identity != flow.identity
    {
      // The flow that was there has gone.
      if senders[known].isUsed, senders[known].slot == flow.slot { senders[known].slot = -1 }
      places[place] = 0
      known = -1
    }
    let label = flow.label(direction)
    if known >= 0, isBound(senders[known][direction], to: label) { return known }
    let bucket = bucket(label, direction)
    guard bucket >= 0 else { return known >= 0 ? known : nil }
    if known < 0 {
      known = add(LimitedSender(flow, isFirstEnd: isFirstEnd))
      places[place] = UInt32(known + 1)
    }
    rebind(known, direction, to: bucket)
    return known
  }

  /// What is left of a share stays with its bucket; what is owed goes along, so that nobody gets rid of it by changing rules.
  private mutating func rebind(_ sender: Int, _ direction: Direction, to bucket: Int32) {
    let old = senders[sender][direction]
    if old.isBound { buckets[Int(old.bucket)].credit += max(0, old.credit) }
    senders[sender][direction].bucket = bucket
    senders[sender][direction].credit = min(1, old.credit)
  }

  private func isBound(_ share: RateShare, to label: UInt32) -> Bool {
    share.isBound && buckets[Int(share.bucket)].label == label && !buckets[Int(share.bucket)].isRetired
  }

  private mutating func add(_ sender: LimitedSender) -> Int {
    guard let free = freeSenders.popLast() else {
      senders.append(sender)
      return senders.count - 1
    }
    senders[free] = sender
    return free
  }

  /// Unbinds a share; what is left of it, or owed, is the bucket's.
  private mutating func giveBack(_ sender: Int, _ direction: Direction) {
    let share = senders[sender][direction]
    if share.isBound { buckets[Int(share.bucket)].credit += share.credit }
    senders[sender][direction] = RateShare()
  }

  // MARK: What a sender sends

  private mutating func admit(_ packet: RatedPacket, from sender: Int) -> Pacing.Verdict {
    if let numbers = packet.numbers { senders[sender].window.noteSent(numbers) }
    guard senders[sender][packet.direction].isBound else { return .pass }
    let isFree = packet.byteCount == 0
    guard senders[sender].waiting.isEmpty else {
      return hold(packet, from: sender) ?? (isFree ? .pass : drop(packet, from: sender))
    }
    if senders[sender][packet.direction].credit <= 0 { drawSpare(packet, for: sender) }
    if isFree || senders[sender][packet.direction].credit > 0 || isPromised(packet, from: sender) {
      charge(packet.byteCount, packet.direction, to: sender)
      return .pass
    }
    guard packet.numbers != nil, let verdict = hold(packet, from: sender) else { return drop(packet, from: sender) }
    return verdict
  }

  /// The sender was told that it may send this. Within reason: numbers can be forged, and nobody owes more than a second's worth.
  private func isPromised(_ packet: RatedPacket, from sender: Int) -> Bool {
    guard let numbers = packet.numbers, senders[sender].window.allows(numbers) else { return false }
    let share = senders[sender][packet.direction]
    return share.credit > -max(65_536, buckets[Int(share.bucket)].bytesPerSecond)
  }

  /// What the bucket has left over nobody else wants: no need to wait for it.
  private mutating func drawSpare(_ packet: RatedPacket, for sender: Int) {
    let share = senders[sender][packet.direction]
    let part = min(max(0, buckets[Int(share.bucket)].credit), packet.byteCount - share.credit)
    guard part > 0 else { return }
    buckets[Int(share.bucket)].credit -= part
    senders[sender][packet.direction].credit += part
  }

  private mutating func charge(_ bytes: Int64, _ direction: Direction, to sender: Int) {
    senders[sender][direction].credit -= bytes
    senders[sender][direction].moved += bytes
    buckets[Int(senders[sender][direction].bucket)].moved += bytes
  }

  /// `nil` if there is no room: in all, or for a quarter of a second's worth from one sender.
  private mutating func hold(_ packet: RatedPacket, from sender: Int) -> Pacing.Verdict? {
    let bucket = Int(senders[sender][packet.direction].bucket)
    let waiting = senders[sender].waiting
    let most = max(65_536, buckets[bucket].bytesPerSecond / 4)
    guard waiting.isEmpty || waiting.byteCount + packet.byteCount <= most,
      let place = packets.append(
        packet.byteCount, packet.direction, bucket: Int32(bucket), to: &senders[sender].waiting)
    else { return nil }
    buckets[bucket].waiting += 1
    buckets[bucket].held &+= 1
    return .hold(place: place)
  }

  private mutating func drop(_ packet: RatedPacket, from sender: Int) -> Pacing.Verdict {
    buckets[Int(senders[sender][packet.direction].bucket)].dropped &+= 1
    return .drop
  }

  // MARK: What its receiver says

  private mutating func limitWindow(
    of sender: Int, by numbers: TCPNumbers, _ packet: RatedPacket, _ flow: RatedFlow, _ pacing: inout Pacing
  ) {
    let credit = senders[sender].credit
    let window = senders[sender].window.limit(
      numbers, shift: flow.shifts.shift(ofFirstEnd: packet.isFromFirstEnd), maximumSegment: packet.maximumSegment,
      credit: credit)
    if window != numbers.window {
      pacing.window = window
      countLowered(sender)
    }
    if senders[sender].window.isPaced, senders[sender].window.acknowledged == numbers.acknowledgement {
      pacing.carries = sender
    }
  }

  private mutating func countLowered(_ sender: Int) {
    for direction in [Direction.inbound, .outbound] where senders[sender][direction].isBound {
      buckets[Int(senders[sender][direction].bucket)].loweredWindows &+= 1
    }
  }

  // MARK: Time

  /// How long from `now` until `tick` has something to do; `nil` if nothing waits.
  public func nanosecondsToTick(now: Timestamp) -> Int64? {
    guard isBusy else { return nil }
    let passed = now.nanoseconds - lastTick.nanoseconds
    return passed < 0 ? 0 : max(0, Self.tickNanoseconds - passed)
  }

  /// Shares out what was earned, if it is time.
  ///
  /// - Parameters:
  ///   - release: is given the places of packets that may go on, in the order in which they go.
  ///   - update: is given senders that may go on, and what the window field must say that tells them.
  mutating func tick(
    now: Timestamp, in connections: borrowing ConnectionTable, release: (Int) -> Void, update: (Int, UInt16) -> Void
  ) {
    // Without anything to share out, flows are still looked at once a second.
    guard nanosecondsToTick(now: now) == 0 || !isBusy && now.seconds != second && senderCount > 0 else { return }
    lastTick = now
    for index in buckets.indices { buckets[index].earn(until: now) }
    for _ in 0..<4 { if !shareOut() { break } }
    for index in buckets.indices { buckets[index].forgetExcess() }
    isBusy = false
    for index in senders.indices where senders[index].isUsed { letGoOn(index, release, update) }
    guard now.seconds != second else { return }
    second = now.seconds
    endSecond(in: connections, release, update)
  }

  /// Gives every sender that has room for more an even part of what its bucket has.
  ///
  /// - Returns: whether anybody got anything.
  private mutating func shareOut() -> Bool {
    for index in buckets.indices { buckets[index].takers = 0 }
    forEachShare { table, sender, direction in
      let bucket = Int(table.senders[sender][direction].bucket)
      if table.room(sender, direction) > 0 { table.buckets[bucket].takers += 1 }
    }
    for index in buckets.indices {
      let bucket = buckets[index]
      buckets[index].portion = bucket.takers > 0 ? max(0, bucket.credit / bucket.takers) : 0
    }
    var hasGiven = false
    forEachShare { table, sender, direction in
      let bucket = Int(table.senders[sender][direction].bucket)
      let part = min(table.buckets[bucket].portion, table.room(sender, direction))
      guard part > 0 else { return }
      table.senders[sender][direction].credit += part
      table.buckets[bucket].credit -= part
      hasGiven = true
    }
    return hasGiven
  }

  private func room(_ sender: Int, _ direction: Direction) -> Int64 {
    let share = senders[sender][direction]
    return senders[sender].cap(direction, in: buckets[Int(share.bucket)]) - share.credit
  }

  private mutating func forEachShare(_ body: (inout RateTable, _ sender: Int, Direction) -> Void) {
    for sender in senders.indices where senders[sender].isUsed {
      if senders[sender].inbound.isBound { body(&self, sender, .inbound) }
      if senders[sender].outbound.isBound { body(&self, sender, .outbound) }
    }
  }

  private mutating func letGoOn(_ sender: Int, _ release: (Int) -> Void, _ update: (Int, UInt16) -> Void) {
    while let packet = packets.first(of: senders[sender].waiting),
      !senders[sender][packet.direction].isBound || senders[sender][packet.direction].credit > 0
        || packet.byteCount == 0
    {
      if senders[sender][packet.direction].isBound { charge(packet.byteCount, packet.direction, to: sender) }
      releaseFirst(of: sender, packet, release)
    }
    let credit = senders[sender].credit
    if senders[sender].window.isAtEdge, senders[sender].window.move(credit) {
      update(sender, senders[sender].window.field)
    }
    if senders[sender].window.isAtEdge || !senders[sender].waiting.isEmpty || hasRoom(sender) { isBusy = true }
  }

  private func hasRoom(_ sender: Int) -> Bool {
    senders[sender].inbound.isBound && room(sender, .inbound) > 0
      || senders[sender].outbound.isBound && room(sender, .outbound) > 0
  }

  private mutating func releaseFirst(
    of sender: Int, _ packet: WaitingPackets.Packet, _ release: (Int) -> Void
  ) {
    guard let place = packets.removeFirst(of: &senders[sender].waiting) else { return }
    let bucket = Int(packet.bucket)
    if buckets.indices.contains(bucket) { buckets[bucket].waiting = max(0, buckets[bucket].waiting - 1) }
    release(place)
  }

  // MARK: Once a second

  private mutating func endSecond(
    in connections: borrowing ConnectionTable, _ release: (Int) -> Void, _ update: (Int, UInt16) -> Void
  ) {
    for sender in senders.indices where senders[sender].isUsed {
      leaveRetired(sender)
      if senders[sender].isBound, connections.holds(senders[sender].identity, at: senders[sender].slot) {
        endSecond(of: sender, .inbound)
        endSecond(of: sender, .outbound)
      } else {
        remove(sender, release, update)
      }
    }
    for index in buckets.indices {
      buckets[index].endSecond()
      if buckets[index].isRetired { buckets[index].isFree = true }
    }
    reserve(.inbound)
    reserve(.outbound)
  }

  /// Keeps back from the last limit of a direction what the flows of the others need.
  private mutating func reserve(_ direction: Direction) {
    var needed: Int64 = 0
    for bucket in buckets where bucket.direction == direction && !bucket.givesWay && !bucket.isRetired {
      needed += bucket.need
    }
    for index in buckets.indices where buckets[index].direction == direction {
      buckets[index].reserved = buckets[index].givesWay ? needed : 0
    }
  }

  private mutating func endSecond(of sender: Int, _ direction: Direction) {
    let share = senders[sender][direction]
    guard share.isBound else { return }
    let bucket = Int(share.bucket)
    if buckets[bucket].isActive(moving: share.moved) { buckets[bucket].activeNow += 1 }
    senders[sender][direction].movedLastSecond = share.moved
    senders[sender][direction].moved = 0
    let excess = share.credit - senders[sender].cap(direction, in: buckets[bucket])
    guard excess > 0 else { return }
    senders[sender][direction].credit -= excess
    buckets[bucket].credit += excess
  }

  private mutating func leaveRetired(_ sender: Int) {
    for direction in [Direction.inbound, .outbound] {
      let share = senders[sender][direction]
      if share.isBound, buckets[Int(share.bucket)].isRetired { senders[sender][direction] = RateShare() }
    }
  }

  /// Lets a sender go on as if there had been no limit, and forgets it.
  private mutating func remove(_ sender: Int, _ release: (Int) -> Void, _ update: (Int, UInt16) -> Void) {
    while let packet = packets.first(of: senders[sender].waiting) {
      releaseFirst(of: sender, packet, release)
    }
    if senders[sender].window.moveToReceiverEdge() { update(sender, senders[sender].window.field) }
    giveBack(sender, .inbound)
    giveBack(sender, .outbound)
    senders[sender].isUsed = false
    freeSenders.append(sender)
  }

  /// Lets everything go on as if there were no limits; flows are met anew afterwards.
  mutating func releaseAll(release: (Int) -> Void, update: (Int, UInt16) -> Void) {
    for sender in senders.indices where senders[sender].isUsed { remove(sender, release, update) }
    isBusy = false
  }

  // MARK: Reports

  /// In the order of the rules.
  public func snapshot() -> [RateSnapshot] {
    buckets.filter { !$0.isRetired }.map { bucket in
      RateSnapshot(
        label: bucket.label, direction: bucket.direction, bytesPerSecond: bucket.bytesPerSecond,
        reserved: bucket.reserved, activeFlows: bucket.activeFlows, movedBytes: bucket.movedLastSecond,
        waiting: bucket.waiting, held: bucket.held,
        dropped: bucket.dropped, loweredWindows: bucket.loweredWindows)
    }
  }

  /// Ends of flows that are limited now.
  var senderCount: Int { senders.count - freeSenders.count }
}
