import SentryPacket
import Testing

@Suite struct ASCIITests {
  /// One byte at a time is the plainer way to say it.
  @Test(arguments: UInt8.min...UInt8.max) func `eight bytes fold as each of them does`(_ byte: UInt8) {
    for place in 0..<8 {
      for other in [UInt8(0), 0x40, 0x41, 0x5A, 0x5B, 0x7F, 0x80, 0xC1, 0xFF] {
        var bytes = [UInt8](repeating: other, count: 8)
        bytes[place] = byte
        let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        #expect(number.foldedASCII == bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1.foldedASCII) })
      }
    }
  }
}
