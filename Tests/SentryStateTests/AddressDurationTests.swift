import SentryState
import Testing

@Suite struct AddressDurationTests {
  @Test func noSecondsAndZeroMeanForEver() {
    #expect(AddressDuration(seconds: nil) == .unlimited)
    #expect(AddressDuration(seconds: 0) == .unlimited)
    #expect(AddressDuration.unlimited.seconds == nil)
    #expect(AddressDuration(seconds: 1).seconds == 1)
    #expect(AddressDuration(seconds: .max).seconds == .max)
  }

  @Test func orderIsByLength() {
    let ascending: [AddressDuration] = [1, 2, 3_600, .max, nil].map { AddressDuration(seconds: $0) }
    #expect(ascending.reversed().sorted() == ascending)
    #expect(ascending.max() == .unlimited)
  }
}
