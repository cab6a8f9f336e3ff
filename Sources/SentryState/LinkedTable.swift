// The storage under every state table.
//
// Overview. Entries lie in numbered slots and stay where they are until they are removed. An index finds a slot by its key's
// hash (`SlotIndex`). Each slot is also a link of one doubly linked list, that of its entry's expiry class.
//
// Expiry. A class has one lifetime, and its list is in the order of the last refresh: refreshing an entry moves it to the
// back. So the front of a list is always the next of its class to expire, and its oldest; which class is the next, or has the
// oldest entry of all, `ExpiryClasses` knows.
//
// Life of an entry. `insert` takes a free slot, or at capacity the slot of an expired entry, or that of the oldest entry whose
// lifetime is limited, or, where all are unlimited, the oldest of those. `refresh` keeps it alive. `find` does not return an
// expired entry but removes it, `expire` removes those that nobody looks for. Both judge by `age >= lifetime`.
//
// Time is passed in and never runs backwards, but for `turnBack`. What happens depends on the calls alone, never on hashes: the
// seed only decides where the index keeps its words.
//
// Memory. Slots are made for the full capacity and touched as they fill (`ZeroedBuffer`); the index doubles as entries come, so
// that a table with few entries is searched in few cache lines. Freed slots are used first. Removal, refresh and insertion take
// constant time, and where they change the front of a list, a step for each doubling of the number of classes.

internal import SentryPacket

/// What an entry's key must offer.
protocol TableKey: Equatable, BitwiseCopyable {
  func hash(_ seed: HashSeed) -> UInt64
}

/// An entry and what the table keeps in it. Each conformer lays out its own fields, so that no byte is lost to padding.
protocol LinkedEntry: BitwiseCopyable {
  associatedtype Key: TableKey
  var key: Key { get }
  /// The time of the last refresh, as in `Timestamp`.
  var lastNanoseconds: Int64 { get set }
  /// The position of its class; `ExpiryClass.free` while the slot holds no entry.
  var expiryClass: UInt16 { get set }
  /// Its slot is about to be free.
  mutating func noteRemoval()
  /// Entries that leave are kept until somebody has taken them, where that is asked for (`keepDepartures`).
  static var leavesTraces: Bool { get }
}

extension LinkedEntry {
  @inline(__always)
  mutating func noteRemoval() {}

  @inlinable static var leavesTraces: Bool { false }
}

/// The neighbours of an entry in the list of its class, and where the index has it: what the table needs to know to let an entry go.
/// Of a free slot, `next` is the free slot after it.
struct Links: BitwiseCopyable {
  static let none = UInt32.max

  var previous = none
  var next = none
  /// The hash of the entry's key.
  var hash: UInt32 = 0
}

struct LinkedTable<Entry: LinkedEntry>: ~Copyable {
  private var slots: ZeroedBuffer<Entry>
  /// By slot. Apart from the entries: where one leaves its place in a list, its neighbours are seldom in the cache, but five to a
  /// line their links often are.
  private var links: ZeroedBuffer<Links>
  private var index: SlotIndex
  private var classes: ExpiryClasses
  private let classLimit: Int
  private let seed: HashSeed
  /// Slots below this have been in use; those from here on were never touched.
  private var touchedSlots = 0
  private var firstFree = Links.none

  /// Entries there may be.
  private(set) var capacity: Int
  /// Entries there are, the expired ones that nobody has come across included.
  private(set) var count = 0
  /// Entries inserted since the start.
  private(set) var additions: UInt64 = 0
  /// Unexpired entries that had to make way since the start.
  private(set) var evictions: UInt64 = 0
  /// What has left and was not taken yet; `nil` where nobody wants to know.
  private var departures: DepartureList<Entry>?

  /// - Parameters:
  ///   - capacity: taken as the nearest of 1...16 777 216; less where the system has not that much memory.
  ///   - lifetimes: the lifetimes of the first classes, in nanoseconds.
  ///   - seed: one that is known serves tests only.
  ///   - classLimit: when so many different lifetimes are in use, a further one becomes the next longer of them.
  init(
    capacity: Int, lifetimes: [Int64], seed: HashSeed = .random(), classLimit: Int = ExpiryClass.maximumCount
  ) {
    slots = ZeroedBuffer(atMost: Self.slots(for: capacity))
    links = ZeroedBuffer(atMost: slots.count)
    index = SlotIndex(slots: min(links.count, Self.firstIndexedSlots))
    classes = ExpiryClasses(lifetimes: lifetimes, limit: classLimit)
    self.classLimit = classLimit
    self.seed = seed
    self.capacity = links.count
  }

  /// Slots of a table for so many entries.
  static func slots(for capacity: Int) -> Int { max(1, min(capacity, SlotIndex.maximumSlots)) }

  // MARK: Looking

  /// The slot of the unexpired entry with this key. An expired one is removed.
  @inline(__always)
  mutating func find(_ key: Entry.Key, now: Timestamp) -> Int? { find(key, hash: hash(of: key), now: now) }

  /// The same, for those who know `hash(of:)` the key.
  @inline(__always)
  mutating func find(_ key: Entry.Key, hash: UInt32, now: Timestamp) -> Int? {
    guard let slot = index.slot(of: hash, where: { slots[$0].key == key }) else { return nil }
    guard isExpired(slot, now) else { return slot }
    remove(at: slot)
    return nil
  }

  /// The slot of the unexpired entry with this key. Leaves an expired one where it is.
  func peek(_ key: Entry.Key, now: Timestamp) -> Int? {
    guard let slot = slot(of: key) else { return nil }
    return isExpired(slot, now) ? nil : slot
  }

  /// The entry in a slot, to read or to change anything but its key, its class and its last time.
  subscript(slot: Int) -> Entry {
    @inline(__always) get { slots[slot] }
    @inline(__always) _modify { yield &slots[slot] }
  }

  /// True if the slot holds an entry.
  @inline(__always)
  func isOccupied(_ slot: Int) -> Bool {
    slot < touchedSlots && slots[slot].expiryClass != ExpiryClass.free
  }

  /// True for an occupied slot whose entry has not expired.
  func isAlive(_ slot: Int, now: Timestamp) -> Bool { !isExpired(slot, now) }

  /// The slot of the entry with this key, expired or not.
  @inline(__always)
  func slot(of key: Entry.Key) -> Int? { index.slot(of: hash(of: key)) { slots[$0].key == key } }

  /// Where the table looks for a key, and puts it.
  @inline(__always)
  func hash(of key: Entry.Key) -> UInt32 { UInt32(truncatingIfNeeded: key.hash(seed)) }

  /// True if there is an entry with this key, expired or not.
  func contains(_ key: Entry.Key) -> Bool { slot(of: key) != nil }

  /// Slots from here on were never in use, and hold nothing.
  var usedSlots: Int { touchedSlots }

  /// The slots of all entries, expired ones included.
  var occupiedSlots: [Int] { (0..<touchedSlots).filter { isOccupied($0) } }

  /// How long the entry in this slot lives without a refresh, in nanoseconds.
  func lifetime(of slot: Int) -> Int64 { classes[slots[slot].expiryClass].lifetime }

  /// Unexpired entries. Looks at every expired one.
  func count(now: Timestamp) -> Int {
    var expired = 0
    for list in classes.all {
      var slot = list.front
      while slot != Links.none, isExpired(Int(slot), now) {
        expired += 1
        slot = links[Int(slot)].next
      }
    }
    return count - expired
  }

  /// Hands over every unexpired entry with its lifetime in nanoseconds, class by class, the longest unrefreshed first.
  func forEachEntry(now: Timestamp, _ body: (_ entry: Entry, _ lifetime: Int64) -> Void) {
    for list in classes.all {
      var slot = list.front
      while slot != Links.none {
        let entry = slots[Int(slot)]
        if !isExpired(Int(slot), now) { body(entry, list.lifetime) }
        slot = links[Int(slot)].next
      }
    }
  }

  /// Hands over the unexpired entries that were refreshed last, of each class the latest first, `limit` of a class at most.
  func forEachLatest(_ limit: Int, now: Timestamp, _ body: (_ entry: Entry, _ lifetime: Int64) -> Void) {
    for list in classes.all {
      var slot = list.back
      var left = limit
      while slot != Links.none, left > 0, !isExpired(Int(slot), now) {
        body(slots[Int(slot)], list.lifetime)
        slot = links[Int(slot)].previous
        left -= 1
      }
    }
  }

  // MARK: Fetching ahead

  /// Has the line of the index fetched that `find` reads first.
  @inline(__always)
  func prefetchIndex(hash: UInt32) { index.prefetch(hash: hash) }

  /// Has the entry fetched that `find` compares first.
  ///
  /// - Returns: its slot; `nil` if there is none.
  @inline(__always)
  func prefetchEntry(hash: UInt32) -> Int? {
    guard let slot = index.likelySlot(of: hash) else { return nil }
    slots.prefetchAll(of: slot)
    links.prefetch(slot)
    return slot
  }

  /// An entry that is found is refreshed before long, and then its neighbours in the list change.
  @inline(__always)
  func prefetchNeighbours(of slot: Int) {
    let (previous, next) = (links[slot].previous, links[slot].next)
    links.prefetch(Int(previous))
    links.prefetch(Int(next))
  }

  // MARK: Changing

  /// Adds an entry whose key `find` has just not found; the table sets its class and last time.
  ///
  /// - Returns: its slot.
  mutating func insert(_ entry: Entry, in expiryClass: UInt16, now: Timestamp) -> Int {
    insert(entry, hash: hash(of: entry.key), in: expiryClass, now: now)
  }

  /// The same, for those who know `hash(of:)` its key.
  @inline(__always)
  mutating func insert(_ entry: Entry, hash: UInt32, in expiryClass: UInt16, now: Timestamp) -> Int {
    makeRoom(now: now)
    return insertIntoRoom(entry, hash: hash, in: expiryClass, now: now)
  }

  /// Has room for one more entry.
  @inline(__always)
  mutating func makeRoom(now: Timestamp) {
    if count >= min(capacity, index.slotCapacity) { makeRoomOrGrow(now) }
  }

  /// Adds an entry as `insert` does, right after `makeRoom`: for those who put it together only then.
  @inline(__always)
  mutating func insertIntoRoom(_ entry: Entry, hash: UInt32, in expiryClass: UInt16, now: Timestamp) -> Int {
    assert(hash == self.hash(of: entry.key))
    let slot = takeFreeSlot()
    slots[slot] = entry
    index.insert(slot, hash: hash)
    links[slot].hash = hash
    append(slot, to: expiryClass, at: now.nanoseconds)
    count += 1
    additions &+= 1
    return slot
  }

  @inline(never)
  private mutating func makeRoomOrGrow(_ now: Timestamp) {
    if count == index.slotCapacity, count < capacity { growIndex() }
    if count >= capacity { removeNext(now) }
  }

  /// Starts the lifetime of an entry again, in its class or another.
  @inline(__always)
  mutating func refresh(_ slot: Int, in expiryClass: UInt16, now: Timestamp) {
    if links[slot].next == Links.none, slots[slot].expiryClass == expiryClass {
      slots[slot].lastNanoseconds = now.nanoseconds  // The last of its class stays the last.
      if links[slot].previous == Links.none {
        classes.setFront(of: expiryClass, to: UInt32(truncatingIfNeeded: slot), refreshedAt: now.nanoseconds)
      }
      return
    }
    if slots[slot].expiryClass == expiryClass, links[slot].previous != Links.none {
      return moveToBack(slot, of: expiryClass, now.nanoseconds)
    }
    unlink(slot)
    append(slot, to: expiryClass, at: now.nanoseconds)
  }

  /// Starts the lifetime of an entry again as of a moment that has passed, but not before that of any other of its class.
  mutating func refresh(_ slot: Int, asOf time: Timestamp) {
    let expiryClass = slots[slot].expiryClass
    // An entry's class has a last one, be it the entry itself.
    let latest = slots[Int(classes[expiryClass].back)].lastNanoseconds
    refresh(slot, in: expiryClass, now: Timestamp(nanoseconds: max(time.nanoseconds, latest)))
  }

  /// The clock was set back: an entry refreshed after `now` counts as one of `now`. Takes time with the number of those entries.
  ///
  /// - Parameter changed: is given each of them.
  mutating func turnBack(to now: Timestamp, changed: (inout Entry) -> Void = { _ in }) {
    for list in classes.all.indices {
      var slot = classes.all[list].back
      guard slot != Links.none else { continue }
      // The latest are the last.
      while slot != Links.none, slots[Int(slot)].lastNanoseconds > now.nanoseconds {
        slots[Int(slot)].lastNanoseconds = now.nanoseconds
        changed(&slots[Int(slot)])
        slot = links[Int(slot)].previous
      }
      if slot == Links.none {
        classes.turnBackFront(of: UInt16(truncatingIfNeeded: list), to: now.nanoseconds)
      }
    }
  }

  /// Removes the entry with this key, expired or not; false if there is none.
  mutating func remove(_ key: Entry.Key) -> Bool {
    guard let slot = slot(of: key) else { return false }
    remove(at: slot)
    return true
  }

  /// Removes the entry in an occupied slot.
  @inline(never)
  mutating func remove(at slot: Int) { remove(at: slot, isEviction: false) }

  @inline(__always)
  private mutating func remove(at slot: Int, isEviction: Bool) {
    guard let place = index.place(of: slot, hash: links[slot].hash) else { return }
    index.remove(at: place) { links[$0].hash }
    if Entry.leavesTraces, departures != nil { depart(slot, isEviction: isEviction) }
    unlink(slot)
    slots[slot].expiryClass = ExpiryClass.free
    slots[slot].noteRemoval()
    links[slot].next = firstFree
    firstFree = UInt32(truncatingIfNeeded: slot)
    count -= 1
  }

  /// Entries that one `expire` removes at most: less than a millisecond's work, as packets wait meanwhile.
  static var sweepLimit: Int { 4_096 }

  /// Removes expired entries; what `sweepLimit` leaves is found no more either, and goes with later calls.
  mutating func expire(now: Timestamp) {
    var left = Self.sweepLimit
    while left > 0, let slot = classes.expired(at: now.nanoseconds) {
      prefetchRemoval(behind: slot)
      remove(at: slot)
      left -= 1
    }
  }

  /// Forgets all entries and gives their memory back.
  mutating func removeAll() {
    if departures != nil { for slot in occupiedSlots { depart(slot, isEviction: false) } }
    self = emptied(capacity: capacity)
  }

  /// Changes the capacity; where it gets smaller, the oldest entries make way. Slots are numbered anew.
  ///
  /// Takes time with the number of entries.
  ///
  /// - Parameter moved: told of every entry that stays.
  mutating func setCapacity(
    _ capacity: Int, now: Timestamp, moved: (_ entry: Entry, _ slot: Int, _ newSlot: Int) -> Void = { _, _, _ in }
  ) {
    var resized = emptied(capacity: capacity)
    while count > resized.capacity { removeNext(now) }
    resized.evictions = evictions
    for list in classes.all.indices {
      var slot = classes.all[list].front
      while slot != Links.none {
        let entry = slots[Int(slot)]
        moved(entry, Int(slot), resized.adopt(entry, in: UInt16(truncatingIfNeeded: list)))
        slot = links[Int(slot)].next
      }
    }
    self = resized
  }

  /// The class for a lifetime in nanoseconds, for the next call of `insert` or `refresh`; made if there is none.
  mutating func expiryClass(lasting lifetime: Int64) -> UInt16 { classes.expiryClass(lasting: lifetime) }

  // MARK: Filling again

  /// Makes an empty table ready to have entries placed in slots below `limit`, which is no more than `capacity`.
  ///
  /// - Returns: false where the system has no memory for that.
  mutating func reserve(slotsBelow limit: Int) -> Bool {
    while index.slotCapacity < limit {
      let before = index.slotCapacity
      growIndex()
      if index.slotCapacity == before { return false }
    }
    return true
  }

  /// Puts an entry into a slot it is to have, of a table that is being filled: an entry that is there, or has the same key, makes
  /// way. Entries come in the order of their last times; `gatherFreeSlots` must follow before anything else is done.
  ///
  /// - Parameter slot: one of those that were reserved.
  mutating func place(_ entry: Entry, at slot: Int, lifetime: Int64, now: Timestamp) {
    if let other = self.slot(of: entry.key) { remove(at: other) }
    if isOccupied(slot) { remove(at: slot) }
    touch(slot)
    slots[slot] = entry
    enterIndex(slot)
    append(slot, to: classes.expiryClass(lasting: lifetime), at: now.nanoseconds)
    count += 1
    additions &+= 1
  }

  /// Notes that there was something in a slot, and is nothing any more, of a table that is being filled.
  mutating func placeNothing(at slot: Int) {
    guard !isOccupied(slot) else { return remove(at: slot) }
    touch(slot)
    slots[slot].noteRemoval()
  }

  /// Has the slots used between those of entries that were placed.
  mutating func gatherFreeSlots() {
    firstFree = Links.none
    for slot in (0..<touchedSlots).reversed() where slots[slot].expiryClass == ExpiryClass.free {
      links[slot] = Links(previous: Links.none, next: firstFree)
      firstFree = UInt32(truncatingIfNeeded: slot)
    }
  }

  /// Slots that were never in use begin as free ones.
  private mutating func touch(_ slot: Int) {
    guard slot >= touchedSlots else { return }
    for new in touchedSlots...slot { slots[new].expiryClass = ExpiryClass.free }
    touchedSlots = slot + 1
  }

  // MARK: Departures

  /// From now on entries that leave are kept until they are taken: `limit` at most.
  mutating func keepDepartures(_ limit: Int) { departures = DepartureList(limit: limit) }

  /// Entries that have left and were not taken.
  var departureCount: Int { departures?.count ?? 0 }

  /// How many of them there is room for.
  var departureLimit: Int { departures?.limit ?? 0 }

  /// Departures there was no room for since the start.
  var missedDepartures: UInt64 { departures?.missed ?? 0 }

  /// Hands over the oldest of those that have left, `limit` at most.
  func takeDepartures(_ limit: Int, _ body: (Departure<Entry>) -> Void) { departures?.take(limit, body) }

  @inline(never)
  private func depart(_ slot: Int, isEviction: Bool) {
    departures?.append(
      Departure(entry: slots[slot], slot: UInt32(truncatingIfNeeded: slot), isEviction: isEviction))
  }

  // MARK: Making room

  /// The slot of the entry that makes way when one more is inserted; `nil` where there is room, or an expired one goes.
  mutating func makingWay(now: Timestamp) -> Int? {
    count >= capacity && classes.expired(at: now.nanoseconds) == nil ? classes.oldest() : nil
  }

  /// The same. Changes nothing, and looks at every class.
  ///
  /// - Parameter refreshed: the slot of an entry that is refreshed before that.
  func foreseenMakingWay(now: Timestamp, refreshing refreshed: Int? = nil) -> Int? {
    guard count >= capacity, !classes.hasExpired(at: now.nanoseconds) else { return nil }
    return oldest(limited: true, refreshing: refreshed, now) ?? oldest(limited: false, refreshing: refreshed, now)
  }

  /// The slot of the oldest entry whose lifetime is limited, or is not. Looks at every class.
  private func oldest(limited isLimited: Bool, refreshing refreshed: Int?, _ now: Timestamp) -> Int? {
    var oldest: (slot: Int, nanoseconds: Int64)?
    for list in classes.all where !list.isEmpty && (list.lifetime != ExpiryClass.unlimited) == isLimited {
      var (slot, nanoseconds) = (Int(list.front), slots[Int(list.front)].lastNanoseconds)
      if slot == refreshed {
        let next = links[slot].next
        (slot, nanoseconds) =
          next == Links.none ? (slot, now.nanoseconds) : (Int(next), slots[Int(next)].lastNanoseconds)
      }
      if let oldest, oldest.nanoseconds <= nanoseconds { continue }
      oldest = (slot, nanoseconds)
    }
    return oldest?.slot
  }

  /// Removes one entry: an expired one, else the oldest with a limited lifetime, else the oldest.
  @inline(__always)
  private mutating func removeNext(_ now: Timestamp) {
    if let expired = classes.expired(at: now.nanoseconds) { return remove(at: expired) }
    guard let slot = classes.oldest() else { return }
    prefetchRemoval(behind: slot)
    remove(at: slot, isEviction: true)
    evictions &+= 1
  }

  /// The entries behind the one that goes now are likely to go next: of the second the line of the index is fetched, and so that
  /// its hash is there by then, the links of the one behind it.
  @inline(__always)
  private func prefetchRemoval(behind slot: Int) {
    guard let next = slotBehind(slot), let second = slotBehind(next) else { return }
    index.prefetch(hash: links[second].hash)
    let third = Int(links[second].next)
    slots.prefetchAll(of: third)
    links.prefetch(third)
  }

  @inline(__always)
  private func slotBehind(_ slot: Int) -> Int? {
    let next = links[slot].next
    return next == Links.none ? nil : Int(next)
  }

  @inline(__always)
  private func isExpired(_ slot: Int, _ now: Timestamp) -> Bool {
    now.nanoseconds &- slots[slot].lastNanoseconds >= classes[slots[slot].expiryClass].lifetime
  }

  // MARK: Slots

  private mutating func enterIndex(_ slot: Int) {
    let hash = hash(of: slots[slot].key)
    links[slot].hash = hash
    index.insert(slot, hash: hash)
  }

  /// Entries the index has room for at first.
  private static var firstIndexedSlots: Int { 4_096 }

  /// Entries from which a table is worth large pages; a small one stays in small pages, as they are used up.
  private static var largePagesFrom: Int { 16_384 }

  /// Doubles the index. Where the system has no memory for that, the table has reached its capacity.
  private mutating func growIndex() {
    var larger = SlotIndex(slots: 2 * index.slotCapacity)
    guard larger.slotCapacity > index.slotCapacity else {
      capacity = index.slotCapacity
      return
    }
    if larger.slotCapacity >= Self.largePagesFrom {
      larger.preferLargePages()
      slots.preferLargePages()
      links.preferLargePages()
    }
    for slot in 0..<touchedSlots where slots[slot].expiryClass != ExpiryClass.free {
      larger.insert(slot, hash: links[slot].hash)
    }
    index = larger
  }

  private mutating func takeFreeSlot() -> Int {
    guard firstFree != Links.none else {
      touchedSlots += 1
      return touchedSlots - 1
    }
    let slot = Int(firstFree)
    firstFree = links[slot].next
    return slot
  }

  /// An empty table with the same classes, counters, departures and seed.
  private func emptied(capacity: Int) -> LinkedTable {
    var table = LinkedTable(
      capacity: capacity, lifetimes: classes.lifetimes, seed: seed, classLimit: classLimit)
    table.additions = additions
    table.evictions = evictions
    table.departures = departures
    return table
  }

  /// Takes over another table's entry as it is, behind those of the same class.
  ///
  /// - Returns: its slot.
  private mutating func adopt(_ entry: Entry, in expiryClass: UInt16) -> Int {
    if count == index.slotCapacity { growIndex() }
    let slot = takeFreeSlot()
    slots[slot] = entry
    enterIndex(slot)
    append(slot, to: expiryClass, at: entry.lastNanoseconds)
    count += 1
    return slot
  }

  // MARK: Lists

  @inline(__always)
  private mutating func append(_ slot: Int, to expiryClass: UInt16, at nanoseconds: Int64) {
    let number = UInt32(truncatingIfNeeded: slot)
    let back = classes[expiryClass].back
    slots[slot].lastNanoseconds = nanoseconds
    slots[slot].expiryClass = expiryClass
    links[slot].previous = back
    links[slot].next = Links.none
    classes[expiryClass].back = number
    if back == Links.none {
      classes.setFront(of: expiryClass, to: number, refreshedAt: nanoseconds)
    } else {
      links[Int(back)].next = number
    }
  }

  /// What `unlink` and `append` do with an entry that is neither the first nor the last of its class.
  @inline(__always)
  private mutating func moveToBack(_ slot: Int, of expiryClass: UInt16, _ nanoseconds: Int64) {
    let number = UInt32(truncatingIfNeeded: slot)
    let (previous, next) = (links[slot].previous, links[slot].next)
    let back = classes.replaceBack(of: expiryClass, by: number)
    links[Int(previous)].next = next
    links[Int(next)].previous = previous
    links[Int(back)].next = number
    links[slot].previous = back
    links[slot].next = Links.none
    slots[slot].lastNanoseconds = nanoseconds
  }

  @inline(__always)
  private mutating func unlink(_ slot: Int) {
    let list = slots[slot].expiryClass
    let (previous, next) = (links[slot].previous, links[slot].next)
    switch (previous, next) {
    case (Links.none, Links.none): classes.setEmpty(list)
    case (Links.none, _):
      links[Int(next)].previous = previous
      classes.setFront(of: list, to: next, refreshedAt: slots[Int(next)].lastNanoseconds)
    case (_, Links.none):
      links[Int(previous)].next = next
      classes[list].back = previous
    default:
      links[Int(next)].previous = previous
      links[Int(previous)].next = next
    }
  }
}

// MARK: - Checks

extension LinkedTable {
  /// The first thing found wrong, `nil` in a sound table. Looks at everything: tests call it after every step.
  func brokenInvariant() -> String? {
    if capacity < 1 || count > capacity { return "\(count) entries in a table for \(capacity)" }
    if index.countedSlots() != count { return "\(index.countedSlots()) index words for \(count) entries" }
    var listed = 0
    for list in classes.all.indices {
      if let problem = brokenInvariant(ofClass: list, &listed) { return problem }
    }
    if let problem = classes.brokenInvariant(time: { slots[$0].lastNanoseconds }) { return problem }
    if listed != count { return "\(listed) of \(count) entries are in lists" }
    var free = 0
    var slot = firstFree
    while slot != Links.none {
      if slots[Int(slot)].expiryClass != ExpiryClass.free { return "slot \(slot) is free and in use" }
      free += 1
      slot = links[Int(slot)].next
    }
    if free + count != touchedSlots { return "\(free) free and \(count) used slots of \(touchedSlots)" }
    return nil
  }

  private func brokenInvariant(ofClass list: Int, _ listed: inout Int) -> String? {
    var previous = Links.none
    var lastNanoseconds = Int64.min
    var slot = classes.all[list].front
    while slot != Links.none {
      let entry = slots[Int(slot)]
      if Int(entry.expiryClass) != list { return "slot \(slot) is in list \(list) but of class \(entry.expiryClass)" }
      if links[Int(slot)].previous != previous { return "slot \(slot) does not point back to \(previous)" }
      if entry.lastNanoseconds < lastNanoseconds { return "slot \(slot) is older than the one before it" }
      guard self.slot(of: entry.key) == Int(slot) else {
        return "slot \(slot) is not found by its key"
      }
      (previous, lastNanoseconds, slot) = (slot, entry.lastNanoseconds, links[Int(slot)].next)
      listed += 1
    }
    return classes.all[list].back == previous ? nil : "list \(list) ends elsewhere"
  }
}
