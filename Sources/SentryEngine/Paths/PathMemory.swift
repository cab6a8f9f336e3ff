// What became of the packets of a class on their way through the rules.
//
// Overview. The answers to tests of numbers follow from a packet's class (`PacketClasses`), so packets of one class go the same
// way, up to the tests that ask for something else: a table, a payload, a count. A *path* is such a way written down: what is to
// be asked and done, in order, with the answers that the packet had which it was written by. A packet of the same class follows
// the path; where its answer is another one, it leaves the path and goes on by the rules themselves.
//
// Counting. What a packet matches by its class alone is not counted rule by rule: the path counts where packets leave it, at one
// of its answers or at its end, and the rules matched until there are credited later, before anybody looks (`Engine.settleCounts`).
// Rules whose counts are asked on the way are counted on the way.
//
// Memory is fixed. A path is written for a class that is seen a second time; where there is no room, all paths are forgotten. Which
// classes share a place depends on a secret of the engine. Nothing here changes what becomes of a packet.

internal import BasicContainers
internal import SentryPacket

struct PathMemory: ~Copyable {
  /// What a path says next.
  struct Order: BitwiseCopyable {
    enum Kind: UInt8 {
      /// Ask the step at `operand`.
      case expectMatch, expectMismatch
      /// Carry out the action of the step at `operand`.
      case perform
      /// Count the rule `operand` at once.
      case count
      /// The step at `operand` ends the walk; none does if that is negative.
      case end
    }
    var kind: Kind
    var operand: Int32
    /// Of questions and the end: what to count.
    var exit: Int32 = -1
  }

  /// What packets match by their class alone.
  enum Credit: BitwiseCopyable {
    /// A rule, by its place in document order.
    case rule(Int32)
    /// The first members of a cohort, up to one at this place in `Cohorts.members`.
    case members(Int32)
    /// Those among them that the packets have not matched again.
    case lessMembers(Int32)
  }

  private struct Place: BitwiseCopyable {
    static var seen: Int32 { -1 }
    static var tooLong: Int32 { -2 }
    static var empty: Int32 { -3 }

    var key = PacketClasses.Key()
    /// The path's first order, or one of the above.
    var path = Place.empty
  }

  /// Packets that have left a path at the same place.
  private struct Exit: BitwiseCopyable {
    var packets: UInt64 = 0
    var bytes: UInt64 = 0
    var lastNanoseconds: Int64 = 0
    /// What they have matched: places in `credits`.
    var firstCredit: Int32
    var endOfCredits: Int32
  }

  private var places: RigidArray<Place>
  private var orders: RigidArray<Order>
  private var credits: RigidArray<Credit>
  private var exits: RigidArray<Exit>
  /// Exits with packets that are not credited yet.
  private var active: RigidArray<Int32>
  private let multipliers: (low: UInt64, high: UInt64)
  private let placeShift: UInt64

  /// What has become of it all, for tests.
  struct History: Equatable {
    var written: UInt64 = 0
    var left: UInt64 = 0
    var tooLong: UInt64 = 0
    var forgotten: UInt64 = 0
  }
  private(set) var history = History()

  /// - Parameters:
  ///   - places: classes that can be known, as a power of two: 1...30.
  ///   - orders: the room for all paths, those of one at least.
  init(places placeBits: Int = 14, orders room: Int = 1 << 17) {
    let room = max(room, PathDraft.most)
    places = RigidArray(repeating: Place(), count: 1 << placeBits)
    orders = RigidArray(capacity: room)
    credits = RigidArray(capacity: room)
    exits = RigidArray(capacity: room)
    active = RigidArray(capacity: room)
    placeShift = UInt64(UInt64.bitWidth - placeBits)
    multipliers = (.random(in: .min ... .max) | 1, .random(in: .min ... .max) | 1)
  }

  // MARK: Looking

  enum Finding {
    /// The first order of the class's path.
    case path(Int32)
    /// The class is worth a path.
    case seenBefore
    case new
    /// The class's path would be too long.
    case tooLong
  }

  @inline(__always)
  mutating func find(_ key: PacketClasses.Key) -> Finding {
    let place = place(of: key)
    let path = places[place].path
    if places[place].key == key, path != Place.empty {
      return path >= 0 ? .path(path) : path == Place.seen ? .seenBefore : .tooLong
    }
    places[place] = Place(key: key, path: Place.seen)
    return .new
  }

  @inline(__always)
  private func place(of key: PacketClasses.Key) -> Int {
    let hash = (key.low &* multipliers.low) ^ (key.high &* multipliers.high)
    let mixed = (hash ^ hash >> 29) &* multipliers.low
    return Int(truncatingIfNeeded: mixed &>> placeShift)
  }

  @inline(__always)
  func order(_ number: Int32) -> Order { orders[Int(number)] }

  // MARK: Counting

  /// A packet has left a path.
  @inline(__always)
  mutating func count(_ exit: Int32, bytes: UInt64, at time: Timestamp) {
    let number = Int(exit)
    if exits[number].packets == 0 { active.append(exit) }
    exits[number].packets &+= 1
    exits[number].bytes &+= bytes
    exits[number].lastNanoseconds = time.nanoseconds
  }

  var hasCounts: Bool { !active.isEmpty }

  /// Credits the rules with what packets have matched along paths.
  mutating func settle(into statistics: inout RuleStatistics, _ passages: inout CohortCounts, _ cohorts: Cohorts) {
    forEachCount { credit, counts in
      switch credit {
      case .rule(let rule): statistics.credit(rule, counts)
      case .members(let last): passages.count(counts, upTo: last, isLess: false, cohorts)
      case .lessMembers(let last): passages.count(counts, upTo: last, isLess: true, cohorts)
      }
    }
    for place in active.indices {
      exits[Int(active[place])].packets = 0
      exits[Int(active[place])].bytes = 0
    }
    active.removeAll()
  }

  /// Hands over what rules are to be credited with.
  func forEachCount(_ body: (Credit, MatchCounts) -> Void) {
    for place in active.indices {
      let exit = exits[Int(active[place])]
      let counts = MatchCounts(
        packets: exit.packets, bytes: exit.bytes, last: Timestamp(nanoseconds: exit.lastNanoseconds))
      for credit in exit.firstCredit..<exit.endOfCredits { body(credits[Int(credit)], counts) }
    }
  }

  // MARK: Writing

  /// Forgets all paths; their counts must have been credited.
  mutating func forgetPaths() {
    history.forgotten += 1
    for place in places.indices { places[place].path = Place.empty }
    orders.removeAll()
    credits.removeAll()
    exits.removeAll()
    active.removeAll()
  }

  /// There is room for one more.
  var hasRoom: Bool {
    orders.freeCapacity >= PathDraft.most && credits.freeCapacity >= PathDraft.most
      && exits.freeCapacity >= PathDraft.most
  }

  /// Writes the path of a class down. There must be room.
  mutating func write(_ draft: borrowing PathDraft, for key: PacketClasses.Key) {
    history.written += 1
    let (firstOrder, firstCredit) = (Int32(orders.count), Int32(credits.count))
    for number in 0..<draft.orderCount {
      var order = draft.orders[number]
      if order.exit >= 0 {
        exits.append(Exit(firstCredit: firstCredit, endOfCredits: firstCredit + order.exit))
        order.exit = Int32(exits.count - 1)
      }
      orders.append(order)
    }
    for number in 0..<draft.creditCount { credits.append(draft.credits[number]) }
    places[place(of: key)] = Place(key: key, path: firstOrder)
  }

  /// The class's path would be too long to keep.
  mutating func giveUp(on key: PacketClasses.Key) {
    history.tooLong += 1
    places[place(of: key)] = Place(key: key, path: Place.tooLong)
  }

  /// A packet goes on by the rules themselves.
  mutating func noteLeaving() { history.left += 1 }
}
