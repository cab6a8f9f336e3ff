import Testing

@testable import SentryRules

@Suite struct PayloadOutlineTests {
  @Test(
    arguments: [
      ("", []),
      ("zeros 3", [0, 0, 0]),
      ("zeros 2 hex 0102", [0, 0, 1, 2]),
      ("hex 0102 zeros 2 zeros 1 hex 03 zeros 0 hex 04 zeros 1", [1, 2, 0, 0, 0, 3, 4, 0]),
      ("hex 0102 zeros 3 hex 03 bytes 1-4", [2, 0, 0, 0]),
    ] as [(String, [UInt8])])
  func theWordsFollowOneAnother(words: String, payload: [UInt8]) throws {
    let frame = try PacketNotation.parse("udp 203.0.113.9:1 > me:2 \(words)").frame()
    // Ethernet, IPv4, UDP.
    #expect(Array(frame.dropFirst(14 + 20 + 8)) == payload)
  }

  @Test func zerosAreCountedNotKept() throws {
    let payload = try PacketNotation.parse("udp 203.0.113.9:1 > me:2 zeros 60000 hex ff zeros 5000").packet.payload
    #expect(payload.count == 65_001)
    #expect(payload.written == [0xFF])
    #expect(payload.bytes.count == 65_001)
  }
}
