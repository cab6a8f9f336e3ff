// Finds the innermost range around an address.
//
// The ranges lie in the order of their first addresses, of equal ones the wider before the narrower. So of all ranges
// around an address the innermost is the last one in that order: the one that begins last, and of those the one that
// ends first. Where ranges nest, as nets always do, it is the narrowest.
//
// Looking. A binary search finds the last range that begins at or before the address. If it ends too early, so do all the
// ranges between it and its `outer` one, the nearest before it that reaches at least as far; the search goes on there. A
// chain of outer ranges can be as long as there are ranges, so each one also knows a `jump`, some way up the chain. The
// jumps are those of skew binary numbers (E. W. Myers, An applicative random-access stack, 1983): with them any place in
// the chain is some 2 log n steps away, at the price of four bytes.
//
// Changing. With new ranges all is sorted and linked anew: that is for requests. A range that has gone is only passed over,
// until `compact` closes the gaps, without allocating.

internal import SentryPacket

struct RangeIndex: ~Copyable {
  /// A range, and the slot of its entry in the table.
  struct Place: Equatable {
    var first: IPAddress
    var last: IPAddress
    var slot: UInt32
  }

  private struct Node {
    var last: IPAddress
    var slot: UInt32
    /// The position of the nearest range before this one that ends at or after it; -1 without one.
    var outer: Int32 = -1
    /// The position of another on the way up from `outer`, or the same.
    var jump: Int32 = -1
    /// How many outer ones there are up to the outermost.
    var depth: Int32 = 0
  }

  private static var gone: UInt32 { .max }

  /// Apart from the nodes: the binary search looks at nothing else.
  private var firsts: [UInt128] = []
  private var nodes: [Node] = []

  /// Ranges in the index, those that have gone included.
  var count: Int { nodes.count }

  // MARK: Looking

  /// The slot of the innermost range around `address` that `isThere`.
  @inline(__always)
  func innermost(around address: IPAddress, where isThere: (Place) -> Bool) -> Int? {
    var position = lastPosition(upTo: address)
    while position >= 0 {
      guard nodes[position].last >= address else {
        position = nearestOuter(of: position, reaching: address)
        continue
      }
      let place = self.place(at: position)
      if isThere(place) { return Int(place.slot) }
      position -= 1
    }
    return nil
  }

  /// The position of the last range that begins at or before `address`; -1 without one.
  @inline(__always)
  private func lastPosition(upTo address: IPAddress) -> Int {
    let wanted = address.number
    var low = 0
    var length = firsts.count
    while length > 0 {
      let half = length / 2
      if firsts[low + half] <= wanted {
        low += half + 1
        length -= half + 1
      } else {
        length = half
      }
    }
    return low - 1
  }

  /// The position of the nearest outer range that ends at or after `address`; -1 without one.
  @inline(__always)
  private func nearestOuter(of position: Int, reaching address: IPAddress) -> Int {
    var position = position
    while position >= 0, nodes[position].last < address {
      let jump = Int(nodes[position].jump)
      position = jump >= 0 && nodes[jump].last < address ? jump : Int(nodes[position].outer)
    }
    return position
  }

  @inline(__always)
  func place(at position: Int) -> Place {
    Place(first: IPAddress(firsts[position]), last: nodes[position].last, slot: nodes[position].slot)
  }

  // MARK: Changing

  /// Puts other ranges in the place of all there are: in any order, and each once or, just the same, twice.
  mutating func replaceAll(with places: [Place]) {
    var places = places
    places.sort { a, b in a.first != b.first ? a.first < b.first : a.last > b.last }
    removeAll()
    firsts.reserveCapacity(places.count)
    nodes.reserveCapacity(places.count)
    for place in places where nodes.isEmpty || place != self.place(at: count - 1) {
      firsts.append(place.first.number)
      nodes.append(Node(last: place.last, slot: place.slot))
    }
    link()
  }

  /// Marks a range that has gone.
  mutating func drop(at position: Int) { nodes[position].slot = Self.gone }

  /// Closes the gaps that marked ranges have left, in the memory there is.
  mutating func compact() {
    var end = 0
    for position in nodes.indices where nodes[position].slot != Self.gone {
      firsts[end] = firsts[position]
      nodes[end] = nodes[position]
      end += 1
    }
    firsts.removeLast(firsts.count - end)
    nodes.removeLast(nodes.count - end)
    link()
  }

  mutating func removeAll() {
    firsts = []
    nodes = []
  }

  /// Makes the links of all ranges, in linear time.
  private mutating func link() {
    for position in nodes.indices {
      var outer = position - 1
      // What is passed here is inside the chain from now on, and never passed again.
      while outer >= 0, nodes[outer].last < nodes[position].last { outer = Int(nodes[outer].outer) }
      nodes[position].outer = Int32(truncatingIfNeeded: outer)
      nodes[position].jump = Int32(truncatingIfNeeded: jump(above: outer))
      nodes[position].depth = outer < 0 ? 0 : nodes[outer].depth + 1
    }
  }

  /// Where a range with this outer one jumps: over both jumps from there, if they are equally long, else to it.
  private func jump(above outer: Int) -> Int {
    guard outer >= 0 else { return -1 }
    let first = Int(nodes[outer].jump)
    guard first >= 0 else { return outer }
    let second = Int(nodes[first].jump)
    guard second >= 0 else { return outer }
    let isEven = nodes[outer].depth - nodes[first].depth == nodes[first].depth - nodes[second].depth
    return isEven ? second : outer
  }

  // MARK: Checks

  /// The first thing found wrong, `nil` in a sound index. Takes time with the square of its size: for tests.
  func brokenInvariant() -> String? {
    for position in nodes.indices {
      let node = nodes[position]
      let range = place(at: position)
      if range.first > node.last { return "range \(position) ends before it begins" }
      if position > 0 {
        let before = place(at: position - 1)
        if before.first > range.first { return "range \(position) begins before the one before it" }
        if before.first == range.first, before.last < node.last { return "range \(position) should come earlier" }
      }
      let outer = nodes[..<position].lastIndex { $0.last >= node.last } ?? -1
      if Int(node.outer) != outer { return "the outer range of \(position) is \(outer), not \(node.outer)" }
      if let problem = brokenJump(at: position) { return problem }
    }
    return nil
  }

  private func brokenJump(at position: Int) -> String? {
    let jump = nodes[position].jump
    var outer = nodes[position].outer
    guard jump >= 0 || outer < 0 else { return "range \(position) does not jump" }
    while outer > jump { outer = nodes[Int(outer)].outer }
    return outer == jump ? nil : "range \(position) jumps to \(jump), which is not above it"
  }
}

extension IPAddress {
  fileprivate var number: UInt128 { UInt128(truncatingIfNeeded: high) << 64 | UInt128(truncatingIfNeeded: low) }

  fileprivate init(_ number: UInt128) {
    self.init(high: UInt64(truncatingIfNeeded: number >> 64), low: UInt64(truncatingIfNeeded: number))
  }
}
