// The lifetimes in a table, and which of its entries goes next.
//
// Entries that live equally long are a class, a list in the order of their last refresh. So the front of a list is always the
// next of its class to expire, and the oldest of its class; which class expires next, and which has the oldest entry, is kept
// in a `LeastNumber` each. A table with tens of thousands of lifetimes is no slower than one with a handful, but for a few
// steps where a front changes.
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
  var front = Links.none
  var back = Links.none
  /// It stands among the classes to be given away, unless it has an entry again by then.
  fileprivate var isSpare = false

  init(lifetime: Int64) { self.lifetime = lifetime }

  var isEmpty: Bool { front == Links.none }
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
  /// When the front of each class expires; the unlimited class is not among them.
  private var deadlines = LeastNumber()
  /// When the front of each class was refreshed last; the unlimited class is not among them.
  private var ages = LeastNumber()

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

  /// Notes that a class has another front, or that its front was refreshed; `nil` where the class is empty now.
  @inline(__always)
  mutating func setFront(of expiryClass: UInt16, refreshedAt nanoseconds: Int64?) {
    let lifetime = self[expiryClass].lifetime
    guard lifetime != ExpiryClass.unlimited else { return }
    guard let nanoseconds else {
      deadlines[Int(expiryClass)] = LeastNumber.none
      ages[Int(expiryClass)] = LeastNumber.none
      return spare(expiryClass)
    }
    deadlines[Int(expiryClass)] = Self.deadline(nanoseconds, lifetime)
    ages[Int(expiryClass)] = nanoseconds
  }

  private static func deadline(_ nanoseconds: Int64, _ lifetime: Int64) -> Int64 {
    let (deadline, isTooFar) = nanoseconds.addingReportingOverflow(lifetime)
    return isTooFar ? LeastNumber.none - 1 : deadline
  }

  /// The slot of an expired entry; `nil` if nothing has expired.
  @inline(__always)
  func expired(at nanoseconds: Int64) -> Int? {
    deadlines.least <= nanoseconds ? Int(all[deadlines.position].front) : nil
  }

  /// The slot of the entry with a limited lifetime that has gone without a refresh for longest, else of such an entry without
  /// a limit. Of equal ones it is that of the first class.
  var oldest: Int? {
    if ages.least != LeastNumber.none { return Int(all[ages.position].front) }
    guard let unlimited = positions[ExpiryClass.unlimited], !self[unlimited].isEmpty else { return nil }
    return Int(self[unlimited].front)
  }

  // MARK: Checks

  /// The first thing found wrong; `time` tells when the entry in a slot was refreshed last.
  func brokenInvariant(time: (_ slot: Int) -> Int64) -> String? {
    for (list, expiryClass) in all.enumerated() {
      guard let position = positions[expiryClass.lifetime], self[position].lifetime == expiryClass.lifetime else {
        return "class \(list) is not found by its lifetime"
      }
      let isCounted = !expiryClass.isEmpty && expiryClass.lifetime != ExpiryClass.unlimited
      let age = isCounted ? time(Int(expiryClass.front)) : LeastNumber.none
      if ages[list] != age { return "class \(list) is said to begin at \(ages[list]), not \(age)" }
      let deadline = isCounted ? Self.deadline(age, expiryClass.lifetime) : LeastNumber.none
      if deadlines[list] != deadline { return "class \(list) is said to expire at \(deadlines[list]), not \(deadline)" }
      let canBeGiven = expiryClass.isEmpty && expiryClass.lifetime != ExpiryClass.unlimited
      if canBeGiven, !expiryClass.isSpare { return "class \(list) is empty, and nobody can have it" }
    }
    return spares.count == all.count(where: \.isSpare) ? nil : "\(spares.count) classes to give away"
  }
}
