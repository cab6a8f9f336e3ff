internal import Foundation
internal import SentryCapture
internal import SentryNetfilter
internal import SentryPacket
internal import SentryState
internal import Synchronization

/// Keeps the kernel's sets of blocked addresses like the table, on a thread of its own: changes go there in batches, what the
/// kernel has counted comes back once a second, and every ten seconds both are compared.
final class SetKeeper: Sendable {
  /// What it needs of the rest of the daemon; called on its thread.
  struct Links: Sendable {
    /// Asks the packet thread; the answer comes through the queue of changes.
    var ask: @Sendable (TableQuestion) -> Void
    /// Tells the packet thread what its entries have met in the kernel.
    var credit: @Sendable ([KernelSets.Hit]) -> Void
    /// There is no copy any more, so that changes need not be told.
    var endCopy: @Sendable () -> Void
    /// Does something while nobody listens to what changes in nftables, which takes the kernel less time.
    var unheard: @Sendable (() -> Void) -> Void
  }

  struct Status: Sendable, Equatable {
    var counts = KernelSets.Counts()
    /// Milliseconds from an entry in the table until it blocks: the last batch, and the slowest since the start.
    var lag: Double = 0
    var slowestLag: Double = 0
    /// How long it took to put the whole table into the kernel, the last time.
    var load = Duration.zero
    /// Connections that were ended.
    var endedConnections: UInt64 = 0
    /// The last checkpoint before which everything is carried out.
    var checkpoint: UInt64 = 0
    /// What the kernel refused when it was last asked for something; `nil` if nothing.
    var problem: String?
  }

  private let host: NetfilterHost
  private let changes: ChangeQueue
  private let links: Links
  private let orders = Mutex(Orders())
  private let shared = Mutex(Status())

  private struct Orders {
    var isFollowing = false
    var isStopping = false
    /// What the counting thread is to read.
    var toRead: SetReader.Order?
    /// What it has read.
    var reading: Result<SetReader.Reading, NetfilterError>?
    /// What the ending thread is to end the connections of.
    var entered: [AddressNet] = []
  }

  /// Wakes the counting thread.
  private let countWake: WakeDescriptor
  /// Wakes the ending thread.
  private let endWake: WakeDescriptor
  private let endedConnections = Atomic<UInt64>(0)
  /// The last one that was set.
  private let checkpoint = Atomic<UInt64>(0)

  /// - Throws: `.systemCall`.
  init(_ host: NetfilterHost, _ changes: ChangeQueue, _ links: Links) throws(NetfilterError) {
    self.host = host
    self.changes = changes
    self.links = links
    do {
      countWake = try WakeDescriptor()
      endWake = try WakeDescriptor()
    } catch {
      throw .systemCall(name: "eventfd", code: errno)
    }
  }

  var status: Status {
    var status = shared.withLock { $0 }
    status.endedConnections = endedConnections.load(ordering: .relaxed)
    return status
  }

  /// - Returns: the number of one that is to be put behind the changes until now.
  func nextCheckpoint() -> UInt64 { checkpoint.add(1, ordering: .relaxed).newValue }

  /// What was taken out of the table before the checkpoint is gone from the kernel for good.
  func hasPassed(_ checkpoint: UInt64) -> Bool { status.checkpoint >= checkpoint }

  var hasPassedAll: Bool { hasPassed(checkpoint.load(ordering: .relaxed)) }

  /// The feed in the kernel is another one, or was put back: what the sets hold has to be put there anew.
  func follow() {
    orders.withLock { $0.isFollowing = true }
    changes.wake.signal()
  }

  func stop() {
    orders.withLock { $0.isStopping = true }
    changes.wake.signal()
    countWake.signal()
    endWake.signal()
  }

  /// Begins to work, on threads of its own. `report` hears of trouble, in sentences.
  func start(_ report: @escaping @Sendable (String) -> Void) {
    let begin = { (name: String, work: @escaping @Sendable () throws(NetfilterError) -> Void) in
      Thread.detachNewThread {
        Thread.current.name = name
        do throws(NetfilterError) {
          try work()
        } catch {
          report("triggered addresses are not blocked by the kernel: \(error)")
        }
      }
    }
    begin("sets") { [self] () throws(NetfilterError) in
      var work = SetWork(try KernelSets(host), links, report)
      try keep(&work)
    }
    begin("set counts") { [self] () throws(NetfilterError) in
      var reader = try SetReader()
      try count(with: &reader)
    }
    begin("connections") { [self] () throws(NetfilterError) in
      var ending = try ConnectionEnding()
      endConnections(with: &ending)
    }
  }

  // MARK: Keeping

  /// From one transaction to the next: changes that come meanwhile go to the kernel together. The first after a while goes at once.
  private static let pace = Duration.milliseconds(10)

  private func keep(_ work: inout SetWork) throws(NetfilterError) {
    var poll = Self.poll(changes.wake)
    var taken = changes.makeContents()
    let clock = ContinuousClock()
    var next = clock.now
    while true {
      let isWoken = ((try? poll.wait(until: work.deadline)) ?? 0) > 0
      if isWoken {
        let wait = (next - clock.now) / .microseconds(1)
        if wait > 0 { usleep(UInt32(wait)) }
        next = clock.now + Self.pace
      }
      let orders = takeOrders()
      if orders.isStopping { return }
      if orders.isFollowing { work.follow() }
      if isWoken {
        changes.takeAll(into: &taken)
        work.take(taken)
      }
      if let reading = orders.reading { work.take(reading) }
      work.passCheckpoint()
      if let order = work.keepTime() {
        self.orders.withLock { $0.toRead = order }
        countWake.signal()
      }
      let entered = work.takeEntered()
      if !entered.isEmpty {
        self.orders.withLock { $0.entered += entered }
        endWake.signal()
      }
      let status = work.status
      shared.withLock { $0 = status }
    }
  }

  private static func poll(_ wake: WakeDescriptor) -> DescriptorPoll {
    var poll = DescriptorPoll()
    poll.add(wake.descriptor, tag: 0)
    return poll
  }

  /// Those for the keeping thread.
  private func takeOrders() -> Orders {
    orders.withLock { orders in
      defer {
        orders.isFollowing = false
        orders.reading = nil
      }
      return orders
    }
  }

  // MARK: Counting

  /// Reading a long list takes a while; changes do not wait for it.
  private func count(with reader: inout SetReader) throws(NetfilterError) {
    var poll = Self.poll(countWake)
    while true {
      _ = try? poll.wait(milliseconds: 60_000)
      countWake.clear()
      let (order, isStopping) = orders.withLock { orders in
        defer { orders.toRead = nil }
        return (orders.toRead, orders.isStopping)
      }
      if isStopping { return }
      guard let order else { continue }
      let reading = Result { () throws(NetfilterError) in try reader.read(order, now: WallClock.now()) }
      orders.withLock { $0.reading = reading }
      changes.wake.signal()
    }
  }

  // MARK: Ending connections

  /// Going through the kernel's list of connections takes a while, too.
  private func endConnections(with ending: inout ConnectionEnding) {
    var poll = Self.poll(endWake)
    while true {
      _ = try? poll.wait(until: ending.deadline ?? .now + .seconds(60))
      endWake.clear()
      let (entered, isStopping) = orders.withLock { orders in
        defer { orders.entered = [] }
        return (orders.entered, orders.isStopping)
      }
      if isStopping { return }
      endedConnections.add(ending.end(of: entered), ordering: .relaxed)
    }
  }
}

/// What the keeper's thread owns.
private struct SetWork: ~Copyable {
  private var sets: KernelSets
  private let links: SetKeeper.Links
  private let report: (String) -> Void
  private var state = SetKeeper.Status()
  private var nextSecond = ContinuousClock().now
  private var nextCheck = ContinuousClock().now
  private var nextReading = ContinuousClock().now
  private var readingStart = ContinuousClock().now
  private var isReading = false
  private let clock = ContinuousClock()
  /// The whole table was asked for, and has not come yet: what comes before it need not be carried out.
  private var isAwaitingAll = false
  /// One that is to be passed, and when to look whether it can be.
  private var checkpoint: (number: UInt64, look: ContinuousClock.Instant)?
  /// Nets or ranges have changed, and which there are has not come yet: until then the table's count says nothing.
  private var isAwaitingRanges = false

  private static let checkInterval = Duration.seconds(10)
  /// A packet that found an entry while it was taken out has put it back by then.
  private static let moment = Duration.milliseconds(20)
  /// Not to hear of so many new entries is worth a look at everything afterwards.
  private static let manyEntries = 4_096

  init(_ sets: consuming KernelSets, _ links: SetKeeper.Links, _ report: @escaping (String) -> Void) {
    self.sets = sets
    self.links = links
    self.report = report
  }

  var status: SetKeeper.Status {
    var status = state
    status.counts = sets.counts
    return status
  }

  /// When there is something to do without being told.
  var deadline: ContinuousClock.Instant {
    let next = sets.isBlocking ? nextSecond : clock.now + .seconds(60)
    return min(next, checkpoint?.look ?? next)
  }

  mutating func follow() {
    sets.follow()
    nextSecond = clock.now + .seconds(1)
    nextCheck = clock.now + Self.checkInterval
    if sets.isBlocking { askForAll() } else { links.endCopy() }
  }

  private mutating func askForAll(isRepair: Bool = false) {
    isAwaitingAll = isAwaitingAll || !isRepair
    links.ask(.everything(isRepair: isRepair))
  }

  // MARK: What the packet thread tells

  mutating func take(_ contents: ChangeQueue.Contents) {
    for case .checkpoint(let number) in contents.answers.map(\.answer) {
      checkpoint = (number, clock.now + Self.moment)
    }
    guard sets.isBlocking else { return }
    attempt { work throws(NetfilterError) in
      if contents.haveRangesChanged { work.isAwaitingRanges = true }
      var start = 0
      for (place, answer) in contents.answers {
        try work.apply(contents.triggered[start..<place])
        start = place
        try work.take(answer)
      }
      try work.apply(contents.triggered[start...])
      if !work.isAwaitingAll { try work.sets.authorize(contents.authorized, now: WallClock.now()) }
    }
    if contents.isIncomplete { askForAll() } else if contents.haveRangesChanged { links.ask(.ranges) }
  }

  private mutating func apply(_ changes: ArraySlice<AddressChange>) throws(NetfilterError) {
    guard !isAwaitingAll, !changes.isEmpty else { return }
    try sets.apply(Array(changes), now: WallClock.now())
    guard let oldest = changes.first(where: { $0.kind == .entered }) else { return }
    let nanoseconds = WallClock.now().nanoseconds - oldest.time.nanoseconds
    state.lag = Double(max(0, nanoseconds)) / 1e6
    state.slowestLag = max(state.slowestLag, state.lag)
  }

  private mutating func take(_ answer: TableAnswer) throws(NetfilterError) {
    let now = WallClock.now()
    switch answer {
    case .count(let count):
      guard !isAwaitingAll, !isAwaitingRanges else { return }
      if try !sets.isSound(triggered: count, now: now) { askForAll(isRepair: true) }
    case .ranges(let entries):
      guard !isAwaitingAll else { return }
      try sets.replaceRanges(entries, now: now)
      isAwaitingRanges = false
    case .everything(let contents, isRepair: true) where !isAwaitingAll:
      try sets.repair(contents, now: now)
    case .everything(let contents, _):
      let start = clock.now
      try load(contents, now: now)
      state.load = clock.now - start
      isAwaitingAll = false
      isAwaitingRanges = false
    case .checkpoint: break
    }
  }

  private mutating func load(_ contents: KernelSets.Contents, now: Timestamp) throws(NetfilterError) {
    guard contents.triggered.count > sets.counts.entries + Self.manyEntries else {
      try sets.replaceAll(contents, now: now)
      return
    }
    var outcome = Result<Void, NetfilterError>.success(())
    links.unheard {
      outcome = Result { () throws(NetfilterError) in _ = try sets.replaceAll(contents, now: now) }
    }
    try outcome.get()
  }

  // MARK: Checkpoints

  /// Passes the checkpoint that was set last, if everything before it is carried out and nothing that was taken out is back.
  mutating func passCheckpoint() {
    guard let (number, look) = checkpoint, clock.now >= look else { return }
    checkpoint?.look = clock.now + Self.moment
    guard sets.isBlocking else { return pass(number) }
    guard !isAwaitingAll, !isAwaitingRanges else { return }
    var isClean = false
    attempt { work throws(NetfilterError) in
      try work.sets.checkRemoved()
      isClean = !work.sets.hasSurplus
      try work.sets.removeSurplus()
    }
    if isClean { pass(number) }
  }

  private mutating func pass(_ number: UInt64) {
    state.checkpoint = number
    checkpoint = nil
  }

  // MARK: What the clock brings

  /// - Returns: what the kernel's counts are to be read of, if they have changed.
  mutating func keepTime() -> SetReader.Order? {
    guard sets.isBlocking, clock.now >= nextSecond else { return nil }
    nextSecond = clock.now + .seconds(1)
    guard state.problem == nil else {
      askForAll()
      return nil
    }
    if !isAwaitingAll {
      attempt { work throws(NetfilterError) in
        try work.sets.checkRemoved()
        try work.sets.removeSurplus()
      }
    }
    if sets.hasRanges { links.ask(.ranges) }
    if clock.now >= nextCheck { check() }
    // A long list is read less often, so that reading never takes more than a tenth of the time.
    guard !isReading, clock.now >= nextReading else { return nil }
    var order: SetReader.Order?
    attempt { work throws(NetfilterError) in order = try work.sets.whatToRead() }
    isReading = order != nil
    readingStart = clock.now
    return order
  }

  mutating func takeEntered() -> [AddressNet] { sets.takeEntered() }

  /// What was read.
  mutating func take(_ reading: Result<SetReader.Reading, NetfilterError>) {
    isReading = false
    nextReading = clock.now + (clock.now - readingStart) * 9
    guard sets.isBlocking else { return }
    attempt { work throws(NetfilterError) in
      let hits = work.sets.hits(of: try reading.get())
      if !hits.isEmpty { work.links.credit(hits) }
      if !work.isAwaitingAll { try work.sets.removeSurplus() }
    }
  }

  private mutating func check() {
    nextCheck = clock.now + Self.checkInterval
    // Who is authorized no longer is told by the whole table alone.
    if sets.counts.leftOut > 0 { askForAll(isRepair: true) } else { links.ask(.count) }
  }

  /// After a refusal nothing is known of the sets: the whole table is put there anew, once a second.
  private mutating func attempt(_ body: (inout SetWork) throws(NetfilterError) -> Void) {
    do throws(NetfilterError) {
      try body(&self)
      guard state.problem != nil, !isAwaitingAll else { return }
      state.problem = nil
      report("triggered addresses are blocked by the kernel again")
    } catch {
      isAwaitingAll = true
      // The rules were just taken out, or others put in: `follow` is about to come.
      guard sets.isInForce else { return }
      if state.problem == nil { report("the kernel may not block every triggered address: \(error)") }
      state.problem = "\(error)"
    }
  }
}
