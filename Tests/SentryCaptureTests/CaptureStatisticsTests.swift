import Testing

@testable import SentryCapture

struct CaptureStatisticsTests {
  @Test("counts go on where libpcap's 32 bits wrap")
  func wraps() {
    var counter = StatisticsCounter()
    let almost = StatisticsReading(received: .max, droppedByRing: .max - 1, droppedByInterface: 5)
    #expect(
      counter.advance(to: almost)
        == CaptureStatistics(received: 4_294_967_295, droppedByRing: 4_294_967_294, droppedByInterface: 5))
    let wrapped = StatisticsReading(received: 9, droppedByRing: 3, droppedByInterface: 5)
    #expect(
      counter.advance(to: wrapped)
        == CaptureStatistics(received: 4_294_967_305, droppedByRing: 4_294_967_299, droppedByInterface: 5))
    #expect(counter.advance(to: wrapped).received == 4_294_967_305)
  }
}
