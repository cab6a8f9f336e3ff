import Testing

@testable import SentryCapture

@Suite struct DescriptorPollTests {
  @Test func whatIsReadableIsNamedUntilItIsCleared() throws {
    let (first, second, third) = (try WakeDescriptor(), try WakeDescriptor(), try WakeDescriptor())
    var poll = DescriptorPoll()
    poll.add(first.descriptor, tag: 10)
    poll.add(second.descriptor, tag: 20)
    poll.add(third.descriptor, tag: .max)
    #expect(try poll.wait(milliseconds: 0) == 0)
    #expect(poll.tag(0) == nil)

    third.signal()
    first.signal()
    #expect(try poll.wait(milliseconds: 60_000) == 2)
    #expect([poll.tag(0), poll.tag(1), poll.tag(2)] == [10, .max, nil])

    first.clear()
    #expect(try poll.wait(milliseconds: 60_000) == 1)
    #expect(poll.tag(0) == .max)

    poll.remove(third.descriptor)
    poll.remove(third.descriptor)
    second.signal()
    #expect(try poll.wait(milliseconds: 60_000) == 1)
    #expect(poll.tag(0) == 20)
  }

  /// Whoever owns it finds out by looking at it.
  @Test func aBrokenDescriptorIsReady() throws {
    var poll = DescriptorPoll()
    poll.add(1_000_000, tag: 7)
    #expect(try poll.wait(milliseconds: 60_000) == 1)
    #expect(poll.tag(0) == 7)
  }
}
