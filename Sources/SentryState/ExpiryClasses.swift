// The lifetimes in a table, and which of its entries goes next.
//
// Entries that live equally long are a class, a list in the order of their last refresh. So the front of a list is always the
// next of its class to expire, and the oldest of its class; which class expires next, and which has the oldest entry, a
// `LeastNumber` each finds. A table with tens of thousands of lifetimes is no slower than one with a handful, but for a few
// steps.
//
// Fronts change with every second packet, and are asked for seldom; and as long as a class has entries, its front only ever gets
// younger, but where the clock is set back. So the numbers stay as they are meanwhile, too early, and are put right when they are
// the least: a class whose front has changed is not touched again until its turn would have come.
//
// Classes are made as lifetimes are asked for. An empty one serves the next new lifetime, so there are never more than there
// were different lifetimes in use at once.

/// Entries that live equally long, the longest unrefreshed first.
struct ExpiryClass: BitwiseCopyable {
  /// A lifetime without end.
  static let unlimited = Int64.max
  /// Not a class: the mark of a free slot.
  static let free = UInt16.max
  /// Classes that `UInt16` can tell apart from `free`.
  static let maximumCount = 65_535

  /// In nanoseconds.
  fileprivate(set) var lifetime: Int64
  fileprivate(set) var front = Links.none
  var back = Links.none
  /// When the front was refreshed last, unless the class is empty.
  fileprivate(set) var frontNanoseconds = LeastNumber.none
  /// It stands among the classes to be given away, unless it has an entry again by then.
  fileprivate var isSpare = false

  init(lifetime: Int64) { self.lifetime = lifetime }

  var isEmpty: Bool { front == Links.none }

  @inline(__always)
  fileprivate mutating func setFront(_ slot: UInt32, _ nanoseconds: Int64) {
    front = slot
    frontNanoseconds = nanoseconds
  }

  /// When the front expires.
  fileprivate var deadline: Int64 {
    let (deadline, isTooFar) = frontNanoseconds.addingReportingOverflow(lifetime)
    return isTooFar ? LeastNumber.none - 1 : deadline
  }
}

/// All classes of a table, named by their position.
struct ExpiryClasses {
  private(set) var all: [ExpiryClass] = []
  private let limit: Int
  private var positions: [Int64: UInt16] = [:]
  /// Classes that were empty once, and may be given away if they still are.
  private var spares: [UInt16] = []
  /// The class that was asked for last: most entries live as long as the one before.
  private var latest: UInt16 = 0
  /// When the front of each class expires, or some time before; `none` for those that are empty, and for the unlimited one.
  private var deadlines = LeastNumber()
  /// When the front of each class was refreshed last, or some time before; `none` as above.
  private var ages = LeastNumber()
  /// The class that had the oldest entry when that was asked last.
  private var eldest: UInt16 = 0
  /// No other has a front that was refreshed before this.
  private var othersFrom = Int64.min

  /// - Parameters:
  ///   - lifetimes: of the first classes, in nanoseconds; of two equal ones, only the first is found by its lifetime.
  ///   - limit: when so many different lifetimes are in use, a further one becomes the next longer of them.
  init(lifetimes: [Int64], limit: Int) {
    self.limit = limit
    for lifetime in lifetimes { spare(add(lifetime)) }
  }

  var lifetimes: [Int64] { all.map(\.lifetime) }

  subscript(expiryClass: UInt16) -> ExpiryClass {
    @inline(__always) get { all[Int(expiryClass)] }
    @inline(__always) _modify { yield &all[Int(expiryClass)] }
  }

  /// Makes the entry in a slot the last of its class.
  ///
  /// - Returns: the slot of the one that was the last.
  @inline(__always)
  mutating func replaceBack(of expiryClass: UInt16, by slot: UInt32) -> UInt32 {
    let former = all[Int(expiryClass)].back
    all[Int(expiryClass)].back = slot
    return former
  }

  // MARK: By lifetime

  /// The class for a lifetime in nanoseconds; made if there is none.
  mutating func expiryClass(lasting lifetime: Int64) -> UInt16 {
    if all.indices.contains(Int(latest)), self[latest].lifetime == lifetime { return latest }
    latest =
      positions[lifetime] ?? givenAway(to: lifetime) ?? (all.count < limit ? add(lifetime) : nearest(to: lifetime))
    return latest
  }

  /// An empty class, which has this lifetime from now on.
  private mutating func givenAway(to lifetime: Int64) -> UInt16? {
    while let candidate = spares.popLast() {
      self[candidate].isSpare = false
      guard self[candidate].isEmpty else { continue }
      if positions[self[candidate].lifetime] == candidate { positions[self[candidate].lifetime] = nil }
      positions[lifetime] = candidate
      self[candidate].lifetime = lifetime
      // It may be the unlimited one from now on.
      othersFrom = .min
      return candidate
    }
    return nil
  }

  private mutating func add(_ lifetime: Int64) -> UInt16 {
    let position = UInt16(truncatingIfNeeded: all.count)
    all.append(ExpiryClass(lifetime: lifetime))
    if positions[lifetime] == nil { positions[lifetime] = position }
    // Where packets empty classes, nothing is allocated any more.
    if spares.capacity < all.capacity { spares.reserveCapacity(all.capacity) }
    while deadlines.count < all.count {
      deadlines.grow()
      ages.grow()
    }
    return position
  }

  /// The unlimited class is never given away, so that it is there when all others are in use.
  private mutating func spare(_ expiryClass: UInt16) {
    guard !self[expiryClass].isSpare, self[expiryClass].lifetime != ExpiryClass.unlimited else { return }
    self[expiryClass].isSpare = true
    spares.append(expiryClass)
  }

  /// The class with the shortest lifetime that is long enough, else the one with the longest.
  private func nearest(to lifetime: Int64) -> UInt16 {
    var nearest = 0
    for list in all.indices.dropFirst() {
      let (candidate, best) = (all[list].lifetime, all[nearest].lifetime)
      let isBetter = best < lifetime ? candidate > best : candidate >= lifetime && candidate < best
      if isBetter { nearest = list }
    }
    return UInt16(truncatingIfNeeded: nearest)
  }

  // MARK: By time

  /// Makes the entry in a slot the first of its class: one that was refreshed no earlier than the former was.
  @inline(__always)
  mutating func setFront(of expiryClass: UInt16, to slot: UInt32, refreshedAt nanoseconds: Int64) {
    self[expiryClass].setFront(slot, nanoseconds)
    if nanoseconds < ages[Int(expiryClass)] { begin(expiryClass) }
  }

  /// Notes that the front of a class counts as refreshed earlier than it was.
  mutating func turnBackFront(of expiryClass: UInt16, to nanoseconds: Int64) {
    self[expiryClass].frontNanoseconds = nanoseconds
    begin(expiryClass)
  }

  /// A class has its first entry, or its front is older than the one before.
  @inline(never)
  private mutating func begin(_ expiryClass: UInt16) {
    let list = self[expiryClass]
    guard list.lifetime != ExpiryClass.unlimited else { return }
    deadlines[Int(expiryClass)] = list.deadline
    ages[Int(expiryClass)] = list.frontNanoseconds
    othersFrom = min(othersFrom, list.frontNanoseconds)
  }

  /// Notes that a class has no entries any more.
  mutating func setEmpty(_ expiryClass: UInt16) {
    self[expiryClass].front = Links.none
    self[expiryClass].back = Links.none
    deadlines[Int(expiryClass)] = LeastNumber.none
    ages[Int(expiryClass)] = LeastNumber.none
    spare(expiryClass)
  }

  /// The slot of an expired entry; `nil` if nothing has expired.
  @inline(__always)
  mutating func expired(at nanoseconds: Int64) -> Int? {
    deadlines.least <= nanoseconds ? searchExpired(at: nanoseconds) : nil
  }

  @inline(never)
  private mutating func searchExpired(at nanoseconds: Int64) -> Int? {
    while deadlines.least <= nanoseconds {
      let position = deadlines.position
      let deadline = all[position].deadline
      if deadlines[position] == deadline { return Int(all[position].front) }
      deadlines[position] = deadline
    }
    return nil
  }

  /// The slot of the entry with a limited lifetime that has gone without a refresh for longest, else of such an entry without
  /// a limit. Of equal ones it is that of the first class.
  @inline(__always)
  mutating func oldest() -> Int? {
    let list = self[eldest]
    return list.frontNanoseconds < othersFrom && !list.isEmpty ? Int(list.front) : searchOldest()
  }

  @inline(never)
  private mutating func searchOldest() -> Int? {
    while ages.least != LeastNumber.none {
      let position = ages.position
      let age = all[position].frontNanoseconds
      if ages[position] == age {
        eldest = UInt16(truncatingIfNeeded: position)
        othersFrom = ages.least(beside: position)
        return Int(all[position].front)
      }
      ages[position] = age
    }
    othersFrom = .min
    guard let unlimited = positions[ExpiryClass.unlimited], !self[unlimited].isEmpty else { return nil }
    return Int(self[unlimited].front)
  }

  // MARK: Looking only

  /// True if anything has expired. Looks at every class if anything may have.
  func hasExpired(at nanoseconds: Int64) -> Bool {
    deadlines.least <= nanoseconds
      && all.contains { !$0.isEmpty && $0.lifetime != ExpiryClass.unlimited && $0.deadline <= nanoseconds }
  }

  // MARK: Checks

  /// The first thing found wrong; `time` tells when the entry in a slot was refreshed last.
  func brokenInvariant(time: (_ slot: Int) -> Int64) -> String? {
    for (list, expiryClass) in all.enumerated() {
      guard let position = positions[expiryClass.lifetime], self[position].lifetime == expiryClass.lifetime else {
        return "class \(list) is not found by its lifetime"
      }
      let isTimed = !expiryClass.isEmpty && expiryClass.lifetime != ExpiryClass.unlimited
      if [ages[list], deadlines[list]].contains(where: { ($0 != LeastNumber.none) != isTimed }) {
        return "class \(list) has the times \(ages[list]) and \(deadlines[list])"
      }
      if expiryClass.isEmpty { continue }
      let age = time(Int(expiryClass.front))
      if expiryClass.frontNanoseconds != age {
        return "class \(list) is said to begin at \(expiryClass.frontNanoseconds), not \(age)"
      }
      if expiryClass.lifetime == ExpiryClass.unlimited { continue }
      if ages[list] > age { return "class \(list) begins at \(age), before \(ages[list])" }
      if deadlines[list] > expiryClass.deadline {
        return "class \(list) expires at \(expiryClass.deadline), before \(deadlines[list])"
      }
      if list != eldest, age < othersFrom { return "class \(list) begins at \(age), before \(othersFrom)" }
    }
    for (list, expiryClass) in all.enumerated() {
      let canBeGiven = expiryClass.isEmpty && expiryClass.lifetime != ExpiryClass.unlimited
      if canBeGiven, !expiryClass.isSpare { return "class \(list) is empty, and nobody can have it" }
    }
    return spares.count == all.count(where: \.isSpare) ? nil : "\(spares.count) classes to give away"
  }
}
