// Finds the innermost range around an address.
//
// The ranges lie in the order of their first addresses, of equal ones the wider before the narrower. So of all ranges
// around an address the innermost is the last one in that order: the one that begins last, and of those the one that
// ends first. Where ranges nest, as nets always do, it is the narrowest.
//
// Looking. A list by leading bits says between which ranges the last one lies that begins at or before the address; there a
// binary search finds it. If it ends too early, so do all the ranges between it and its `outer` one, the nearest before it that
// reaches at least as far; the search goes on there. A chain of outer ranges can be as long as there are ranges, so each one
// also knows a `jump`, some way up the chain. The jumps are those of skew binary numbers (E. W. Myers, An applicative
// random-access stack, 1983): with them any place in the chain is some 2 log n steps away, at the price of four bytes.
//
// Changing. New ranges are sorted among the others, and all are linked anew: that is for requests. A range that has gone is only
// passed over, until `compact` closes the gaps, without allocating.
//
// Numbers. The two families have an index each: IPv4 addresses are compared as 32-bit numbers, of which four times as many
// fit into a cache line.

internal import SentryPacket

struct RangeIndex<Number: AddressNumber>: ~Copyable {
  /// A range, and the slot of its entry in the table.
  struct Place: Equatable, BitwiseCopyable {
    var first: Number
    var last: Number
    var slot: UInt32
  }

  private struct Node: BitwiseCopyable {
    var last: Number
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
  private var firsts: [Number] = []
  private var nodes: [Node] = []
  /// For each value of the leading bits, ranges that begin with a smaller one; then all there are.
  private var starts: [UInt32] = [0, 0]
  /// Bits behind the leading ones.
  private var shift = 0
  /// The first addresses of the first range and of the last.
  private var base: Number = 0
  private var top: Number = 0

  /// Ranges in the index, those that have gone included.
  var count: Int { nodes.count }

  // MARK: Looking

  /// The slot of the innermost range around `number` that `isThere`.
  @inline(__always)
  func innermost(around number: Number, where isThere: (Place) -> Bool) -> Int? {
    var position = lastPosition(upTo: number)
    while position >= 0 {
      guard nodes[position].last >= number else {
        position = nearestOuter(of: position, reaching: number)
        continue
      }
      let place = self.place(at: position)
      if isThere(place) { return Int(place.slot) }
      position -= 1
    }
    return nil
  }

  /// The position of the last range that begins at or before `number`; -1 without one.
  @inline(__always)
  private func lastPosition(upTo number: Number) -> Int {
    guard number >= base else { return -1 }
    let leading = leadingBits(of: number)
    var low = Int(starts[leading])
    var length = Int(starts[leading + 1]) - low
    while length > 0 {
      let half = length / 2
      if firsts[low + half] <= number {
        low += half + 1
        length -= half + 1
      } else {
        length = half
      }
    }
    return low - 1
  }

  /// The place in `starts` of a number at or behind `base`.
  @inline(__always)
  private func leadingBits(of number: Number) -> Int {
    Int(truncatingIfNeeded: (min(number, top) &- base) &>> Number(truncatingIfNeeded: shift))
  }

  /// The position of the nearest outer range that ends at or after `number`; -1 without one.
  @inline(__always)
  private func nearestOuter(of position: Int, reaching number: Number) -> Int {
    var position = position
    while position >= 0, nodes[position].last < number {
      let jump = Int(nodes[position].jump)
      position = jump >= 0 && nodes[jump].last < number ? jump : Int(nodes[position].outer)
    }
    return position
  }

  @inline(__always)
  func place(at position: Int) -> Place {
    Place(first: firsts[position], last: nodes[position].last, slot: nodes[position].slot)
  }

  // MARK: Changing

  /// Sorts in new ranges, given in any order; those that have gone are left out from now on. Of a range that is there, or given,
  /// twice just the same, one is kept.
  mutating func add(_ new: [Place]) {
    var places: [Place] = []
    places.reserveCapacity(count + new.count)
    func take(_ place: Place) {
      if place != places.last, place.slot != Self.gone { places.append(place) }
    }
    var position = 0
    for place in new.sorted(by: Self.isBefore) {
      while position < count, !Self.isBefore(place, self.place(at: position)) {
        take(self.place(at: position))
        position += 1
      }
      take(place)
    }
    for position in position..<count { take(self.place(at: position)) }
    firsts = places.map(\.first)
    nodes = places.map { Node(last: $0.last, slot: $0.slot) }
    starts.reserveCapacity(Self.startCount(of: count))
    link()
  }

  private static func isBefore(_ a: Place, _ b: Place) -> Bool {
    a.first != b.first ? a.first < b.first : a.last > b.last
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

  mutating func removeAll() { self = RangeIndex() }

  /// Makes the links of all ranges, and the list by leading bits, in linear time.
  private mutating func link() {
    for position in nodes.indices {
      var outer = position - 1
      // What is passed here is inside the chain from now on, and never passed again.
      while outer >= 0, nodes[outer].last < nodes[position].last { outer = Int(nodes[outer].outer) }
      nodes[position].outer = Int32(truncatingIfNeeded: outer)
      nodes[position].jump = Int32(truncatingIfNeeded: jump(above: outer))
      nodes[position].depth = outer < 0 ? 0 : nodes[outer].depth + 1
    }
    listByLeadingBits()
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

  /// Places in `starts` that `count` ranges need at most.
  private static func startCount(of count: Int) -> Int { (1 << bits(of: count)) + 1 }

  private static func bits(of count: Int) -> Int { Int.bitWidth - count.leadingZeroBitCount }

  /// Takes as many leading bits as give each range a value of its own, if they lie evenly.
  private mutating func listByLeadingBits() {
    (base, top) = (firsts.first ?? 0, firsts.last ?? 0)
    let span = top - base
    shift = max(0, Number.bitWidth - span.leadingZeroBitCount - Self.bits(of: count))
    let values = leadingBits(of: top) + 1
    starts.removeAll(keepingCapacity: true)
    var position = 0
    for value in 0..<values {
      while position < count, leadingBits(of: firsts[position]) < value { position += 1 }
      starts.append(UInt32(truncatingIfNeeded: position))
    }
    starts.append(UInt32(truncatingIfNeeded: count))
  }

  // MARK: Checks

  /// The first thing found wrong, `nil` in a sound index. Takes time with the square of its size: for tests.
  func brokenInvariant() -> String? {
    for position in nodes.indices {
      let range = place(at: position)
      if range.first > range.last { return "range \(position) ends before it begins" }
      if position > 0, !Self.isBefore(place(at: position - 1), range), place(at: position - 1) != range {
        return "range \(position) should come earlier"
      }
      if lastPosition(upTo: range.first) < position { return "range \(position) is not found by its first address" }
      let outer = nodes[..<position].lastIndex { $0.last >= range.last } ?? -1
      if Int(nodes[position].outer) != outer {
        return "the outer range of \(position) is \(outer), not \(nodes[position].outer)"
      }
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
