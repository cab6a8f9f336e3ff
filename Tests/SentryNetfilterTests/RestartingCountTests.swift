import Testing

@testable import SentryNetfilter

@Test(
  arguments: [
    ([0, 3, 3, 10], [0, 3, 3, 10]), ([50, 0, 0, 12], [50, 50, 50, 62]), ([5, 2, 7, 1], [5, 7, 12, 13]),
  ] as [([UInt64], [UInt64])])
func countsGoOnWhereCountersBeginAnew(readings: [UInt64], totals: [UInt64]) {
  var count = RestartingCount()
  #expect(readings.map { count.total($0) } == totals)
}
