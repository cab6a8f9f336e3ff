/// The least of many numbers that change one by one: a tree in which every number meets its neighbour, the lesser one the
/// lesser of the next pair, and so on.
///
/// A change takes a step for each doubling of the count at most, and none beyond the first pair that it makes no difference to.
struct LeastNumber {
  /// Greater than any other, and what all numbers are at first.
  static var none: Int64 { .max }

  /// The tree's root at 1, below `position` the two at `2 * position` and behind it; the numbers are the lower half.
  private var nodes: [Int64] = [none, none]

  /// Numbers there is room for: a power of two.
  var count: Int { nodes.count / 2 }

  /// The least number; `none` if there is no other.
  @inline(__always)
  var least: Int64 { nodes[1] }

  /// Where the least number is; of equal ones, the first.
  var position: Int {
    var node = 1
    while node < count { node = nodes[2 * node] == least ? 2 * node : 2 * node + 1 }
    return node - count
  }

  /// The least of all numbers but the one there; `none` if there is no other.
  func least(beside position: Int) -> Int64 {
    var least = Self.none
    var node = count + position
    while node > 1 {
      least = min(least, nodes[node ^ 1])
      node /= 2
    }
    return least
  }

  subscript(position: Int) -> Int64 {
    @inline(__always) get { nodes[count + position] }
    @inline(__always) set {
      var node = count + position
      nodes[node] = newValue
      while node > 1 {
        let lesser = min(nodes[node], nodes[node ^ 1])
        node /= 2
        if nodes[node] == lesser { return }
        nodes[node] = lesser
      }
    }
  }

  /// Makes room for twice as many.
  mutating func grow() {
    let numbers = nodes[count...]
    nodes = Array(repeating: Self.none, count: 4 * count)
    for (position, number) in numbers.enumerated() { self[position] = number }
  }
}
