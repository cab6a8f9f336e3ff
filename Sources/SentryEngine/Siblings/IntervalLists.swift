internal import Algorithms

/// Which of many ranges hold a number: each range stands for a place, and the places are found in order.
///
/// A segment tree over the intervals between the ranges' ends (de Berg and others, "Computational Geometry", §10.3): each range is
/// in the lists of at most 2 log n nodes, and the lists that concern one interval are linked from the innermost outwards, empty ones
/// left out. Memory grows with n log n, whatever the ranges are.
struct IntervalLists<Value: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  private struct List {
    /// The next list outwards; -1 for none.
    let outer: Int32
    let places: Range<Int32>
  }

  private let breakpoints: Breakpoints<Value>
  /// By interval: the innermost of its lists; -1 for none.
  private let innermost: [Int32]
  private let lists: [List]
  private let places: [Int32]

  /// - Parameter ranges: in the order of their places; one place may have several.
  init(_ ranges: [(range: ClosedRange<Value>, place: Int32)]) {
    breakpoints = Breakpoints(of: ranges.lazy.map(\.range))
    var leaves = 1
    while leaves < breakpoints.intervalCount { leaves *= 2 }
    var nodes = [[Int32]](repeating: [], count: 2 * leaves)
    for (range, place) in ranges {
      var low = leaves + breakpoints.interval(of: range.lowerBound)
      var high = leaves + breakpoints.interval(of: range.upperBound) + 1
      while low < high {
        if low % 2 == 1 {
          nodes[low].append(place)
          low += 1
        }
        if high % 2 == 1 {
          high -= 1
          nodes[high].append(place)
        }
        (low, high) = (low / 2, high / 2)
      }
    }
    var (lists, places): ([List], [Int32]) = ([], [])
    /// By node: the innermost list from there outwards.
    var chains = [Int32](repeating: -1, count: nodes.count)
    for node in 1..<nodes.count {
      chains[node] = chains[node / 2]
      guard !nodes[node].isEmpty else { continue }
      let first = Int32(places.count)
      places += nodes[node]
      lists.append(List(outer: chains[node], places: first..<Int32(places.count)))
      chains[node] = Int32(lists.count - 1)
    }
    innermost = Array(chains[leaves..<(leaves + breakpoints.intervalCount)])
    (self.lists, self.places) = (lists, places)
  }

  /// The innermost list that concerns a number, for `firstPlace`.
  @inline(__always)
  func list(of value: Value) -> Int32 { innermost[breakpoints.interval(of: value)] }

  /// The first place from `place` on in a list, or one further out; `end` if there is none before that.
  @inline(__always)
  func firstPlace(from place: Int32, in innermost: Int32, before end: Int32) -> Int32 {
    var (list, first) = (innermost, end)
    while list >= 0 {
      let places = lists[Int(list)].places
      first = min(first, firstPlace(from: place, among: places) ?? first)
      list = lists[Int(list)].outer
    }
    return first
  }

  @inline(__always)
  private func firstPlace(from place: Int32, among range: Range<Int32>) -> Int32? {
    let (start, end) = (Int(range.lowerBound), Int(range.upperBound))
    if places[start] >= place { return places[start] }
    let index = places[start..<end].partitioningIndex { $0 >= place }
    return index < end ? places[index] : nil
  }
}
