import SentryPropertyList
import Testing

@Test(
  arguments: [
    ([0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0], "this is a capture, not a document"),  // pcap, little endian
    ([0x0A, 0x0D, 0x0D, 0x0A, 0x1C, 0, 0, 0], "this is a capture, not a document"),  // pcapng
    ([0x1F, 0x8B, 8, 0], "this is compressed data, not a document"),  // gzip, RFC 1952 §2.3.1
    ([0x7F, 0x45, 0x4C, 0x46, 2, 1], "this is a program, not a document"),  // ELF
  ] as [([UInt8], String)])
func filesOfAnotherKindAreOneFinding(bytes: [UInt8], message: String) {
  let reading = PropertyList.read(bytes + Array(repeating: 0xFF, count: 5000), fileName: "x")
  #expect(reading.diagnostics.map(\.message) == [message])
  #expect(reading.document == nil)
}
