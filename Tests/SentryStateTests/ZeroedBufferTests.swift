import Testing

@testable import SentryState

@Suite struct ZeroedBufferTests {
  @Test(arguments: [1, 2, 1_000, 100_000])
  func freshElementsAreZeroAndKeepWhatIsWritten(count: Int) {
    let buffer = ZeroedBuffer<UInt64>(atMost: count)
    #expect(buffer.count == count)
    #expect((0..<count).allSatisfy { buffer[$0] == 0 })
    for index in 0..<count { buffer[index] = UInt64(index) &* 3 }
    #expect((0..<count).allSatisfy { buffer[$0] == UInt64($0) &* 3 })
  }

  /// Three large pages and a bit, half of them in use when large pages are asked for.
  @Test func largePagesKeepWhatIsWritten() {
    let count = (3 << 18) + 5
    let buffer = ZeroedBuffer<UInt64>(atMost: count)
    for index in 0..<count / 2 { buffer[index] = UInt64(index) }
    buffer.preferLargePages()
    for index in count / 2..<count { buffer[index] = UInt64(index) }
    #expect((0..<count).allSatisfy { buffer[$0] == UInt64($0) })
  }

  @Test(arguments: [0, 5, 15])
  func matchesNameTheWordsOfALine(found: Int) {
    let buffer = ZeroedBuffer<UInt32>(atMost: 32)
    buffer[16 + found] = 0x0700_0001
    buffer[found] = 0x0700_0001
    #expect(buffer.matches(inLine: 1, mask: 0xFF00_0000, 0x0700_0000) == 1 << UInt32(found))
    #expect(buffer.matches(inLine: 1, mask: .max, 0x0700_0000) == 0)
    #expect(buffer.matches(inLine: 1, mask: .max, 0) == 0xFFFF ^ 1 << UInt32(found))
  }

  @Test func aRequestBelowOneGetsOne() {
    #expect(ZeroedBuffer<UInt32>(atMost: 0).count == 1)
    #expect(ZeroedBuffer<UInt32>(atMost: -5).count == 1)
  }

  /// 2^50 bytes are more than the 2^47 that a process can address on the machines we run on.
  @Test func whatTheSystemRefusesIsHalved() {
    let wanted = 1 << 50
    let buffer = ZeroedBuffer<UInt8>(atMost: wanted)
    #expect(buffer.count < wanted)
    #expect(buffer.count.nonzeroBitCount == 1)
    buffer[buffer.count - 1] = 7
    #expect(buffer[buffer.count - 1] == 7)
  }
}
