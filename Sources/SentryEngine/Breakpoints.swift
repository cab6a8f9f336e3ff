internal import Algorithms

/// Where the answers of many tests of one number change: cuts all numbers into intervals, numbered from 0 upwards.
///
/// Takes memory with the number of breakpoints, and to find an interval hardly more time for ten thousand than for ten, where
/// they are spread over the numbers between the first and the last; log n, however they are.
struct Breakpoints<Value: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  /// Each starts an interval, the first number after the last of the one before; ascending, without 0.
  private let starts: [Value]
  /// The numbers from the first breakpoint on, cut into stretches of `1 << shift`: how many breakpoints lie before each stretch.
  private let stretches: [Int32]
  private let shift: Int

  /// - Parameter ranges: each number that begins one of them, or follows it, becomes a breakpoint.
  init(of ranges: some Sequence<ClosedRange<Value>>) {
    var starts: [Value] = []
    for range in ranges {
      if range.lowerBound > 0 { starts.append(range.lowerBound) }
      if range.upperBound < .max { starts.append(range.upperBound + 1) }
    }
    starts.sort()
    starts = Array(starts.uniqued())
    self.starts = starts
    guard let first = starts.first, let last = starts.last, starts.count > Self.fewBreakpoints else {
      (stretches, shift) = ([], 0)
      return
    }
    // Up to four stretches for each breakpoint.
    let wanted = Value(truncatingIfNeeded: 4 * starts.count)
    var shift = 0
    while (last - first) >> shift >= wanted { shift += 1 }
    self.shift = shift
    var stretches: [Int32] = []
    var before = 0
    for stretch in 0...((last - first) >> shift) {
      let start = first + stretch << shift
      while before < starts.count, starts[before] < start { before += 1 }
      stretches.append(Int32(before))
    }
    stretches.append(Int32(starts.count))
    self.stretches = stretches
  }

  /// As many are looked at one by one.
  private static var fewBreakpoints: Int { 8 }

  /// Intervals there are: one more than breakpoints.
  var intervalCount: Int { starts.count + 1 }

  /// The first number of an interval.
  func start(of interval: Int) -> Value { interval == 0 ? 0 : starts[interval - 1] }

  /// The interval that holds `value`.
  @inline(__always)
  func interval(of value: Value) -> Int {
    guard !stretches.isEmpty else {
      var interval = 0
      for start in starts { interval += start <= value ? 1 : 0 }
      return interval
    }
    guard value >= starts[0] else { return 0 }
    let stretch = (value - starts[0]) >> shift
    guard stretch < stretches.count - 1 else { return starts.count }
    let first = Int(stretches[Int(truncatingIfNeeded: stretch)])
    let last = Int(stretches[Int(truncatingIfNeeded: stretch) + 1])
    return starts[first..<last].partitioningIndex { $0 > value }
  }
}
