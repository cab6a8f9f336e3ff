import SentryPacket
import SentryTestSupport
import Testing

@Suite struct InternetChecksumTests {
  @Test func theExampleOfRFC1071() {
    // RFC 1071 §3: the words add up to ddf2.
    #expect(InternetChecksum.of([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]) == ~0xDDF2)
  }

  @Test func nothingSumsUpToZero() {
    #expect(InternetChecksum.of([]) == 0xFFFF)
  }

  @Test func anOddLastByteIsAnUpperHalf() {
    #expect(InternetChecksum.of([0x12, 0x34, 0x56]) == InternetChecksum.of([0x12, 0x34, 0x56, 0x00]))
  }

  @Test func aHeaderWithItsChecksumSumsUpToZero() {
    // A header often shown as an example: checksum b861.
    let header = [UInt8](hex: "4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7")
    #expect(InternetChecksum.of(header) == 0)
  }

  @Test func carriesAreAddedUntilThereAreNone() {
    // 2ffff times ffff: the sum's upper half is above ffff once folded.
    #expect(InternetChecksum.of([UInt8](repeating: 0xFF, count: 0x5_FFFE)) == 0)
  }

  @Test func theExampleOfRFC1624() {
    // RFC 1624 §4: the word 5555 becomes 3285, and the checksum dd2f becomes 0000.
    #expect(InternetChecksum.adjusted(0xDD2F, from: 0x5555, to: 0x3285) == 0x0000)
  }

  @Test(arguments: [0x0000, 0x0001, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF] as [UInt16])
  func anAdjustedChecksumIsThatOfTheOtherWords(word: UInt16) {
    for other in [0x0000, 0x0001, 0x1234, 0xFFFE, 0xFFFF] as [UInt16] {
      let before = InternetChecksum.of([0x45, 0x00] + [UInt8](networkOrder: word))
      let after = InternetChecksum.of([0x45, 0x00] + [UInt8](networkOrder: other))
      #expect(InternetChecksum.adjusted(before, from: word, to: other) == after)
    }
  }

  @Test(arguments: [("192.0.2.1", "203.0.113.9"), ("2001:db8::1", "2001:db8::9"), ("::ffff:192.0.2.1", "203.0.113.9")])
  func aPseudoHeaderIsTheSameInWords(pair: (source: String, destination: String)) throws {
    let (source, destination) = (try #require(IPAddress(pair.source)), try #require(IPAddress(pair.destination)))
    let isIPv4 = source.isIPv4
    let written =
      source.bytes(isIPv4: isIPv4) + destination.bytes(isIPv4: isIPv4) + [0, 0, 0, 3, 0, 0, 0, 17] + [1, 2, 3]
    var checksum = InternetChecksum(protocol: 17, from: source, to: destination, byteCount: 3)
    checksum.add([1, 2, 3])
    #expect(checksum.value == InternetChecksum.of(written))
  }
}
