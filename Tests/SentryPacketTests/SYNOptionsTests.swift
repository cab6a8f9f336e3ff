import SentryPacket
import SentryTestSupport
import Testing

// RFC 9293 §3.7.1: kind 2, length 4, size. RFC 7323 §2.2: kind 3, length 3, shift.
@Suite struct SYNOptionsTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let options: String
    let segment: UInt16?
    let shift: UInt8?

    init(_ description: String, _ options: String, _ segment: UInt16?, _ shift: UInt8?) {
      (testDescription, self.options, self.segment, self.shift) = (description, options, segment, shift)
    }
  }

  @Test(arguments: [
    Row("as Linux sends them", "0204 05b4 0402 080a 0000 0001 0000 0000 01 0303 07", 1460, 7),
    Row("none", "", nil, nil),
    Row("a segment size alone", "0204 0218", 536, nil),
    Row("a shift of 0 is an offer", "01 0303 00", nil, 0),
    Row("the largest shift", "01 0303 0e", nil, 14),
    Row("a larger one counts as the largest", "01 0303 ff", nil, 14),
    Row("behind the end of the list", "0204 05b4 00 0303 07", 1460, nil),
    Row("behind an option that is too long", "0904 05b4 08ff 0303 0700 0000", nil, nil),
  ])
  func options(_ row: Row) {
    let bytes = Frame.tcp(
      from: "192.0.2.1", 1, to: "192.0.2.2", 2, flags: .syn, options: [UInt8](hex: row.options))
    var packet = PacketFields()
    _ = packet.decode(bytes.span.bytes, linkType: .ethernet, wireLength: bytes.count)
    let options = SYNOptions(of: packet, in: bytes.span.bytes)
    #expect(options.maximumSegment == row.segment)
    #expect(options.windowShift == row.shift)
  }
}
