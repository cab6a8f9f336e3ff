import SentryPacket
import SentryTestSupport
import Testing

struct OptionListTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let options: String
    let kind: UInt8
    var matchesLowBits = false
    let found: Bool
  }

  @Test(arguments: [
    Row(testDescription: "the only option", options: "020405b4", kind: 2, found: true),
    Row(testDescription: "another kind", options: "020405b4", kind: 3, found: false),
    Row(testDescription: "its length is no kind", options: "020405b4", kind: 4, found: false),
    Row(testDescription: "its data is no kind", options: "080a 0304050600000000", kind: 3, found: false),
    Row(
      testDescription: "behind other options", options: "020405b4 0402 080a0000000000000000 01 030307", kind: 3,
      found: true),
    Row(testDescription: "no operation itself", options: "01 0402", kind: 1, found: true),
    Row(testDescription: "end of list itself", options: "0402 00 00", kind: 0, found: true),
    Row(testDescription: "behind the end of the list", options: "00 0402 00", kind: 4, found: false),
    Row(testDescription: "an empty list", options: "", kind: 0, found: false),
    Row(testDescription: "length 0 ends the list", options: "0200 0402", kind: 4, found: false),
    Row(testDescription: "length 1 ends the list", options: "0201 0402", kind: 4, found: false),
    Row(testDescription: "an option with a bad length does not count", options: "0201 0402", kind: 2, found: false),
    Row(testDescription: "nor does one that runs past the end", options: "020505b4", kind: 2, found: false),
    Row(testDescription: "nor one without a length", options: "01010102", kind: 2, found: false),
    Row(
      testDescription: "the whole byte of a loose source route", options: "830704c0000201 00", kind: 131, found: true),
    Row(testDescription: "its bare number, compared as a byte", options: "830704c0000201 00", kind: 3, found: false),
    Row(
      testDescription: "its bare number, by the low bits", options: "830704c0000201 00", kind: 3, matchesLowBits: true,
      found: true),
    Row(
      testDescription: "another bare number", options: "830704c0000201 00", kind: 9, matchesLowBits: true,
      found: false),
    Row(
      testDescription: "a timestamp by its low bits", options: "44080500 00000000", kind: 4, matchesLowBits: true,
      found: true),
  ])
  func contains(_ row: Row) {
    // Other bytes around the list must not matter.
    let frame = [0x02, 0x83] + [UInt8](hex: row.options) + [0x02, 0x04, 0x83, 0x03]
    let range = 2..<UInt32(frame.count - 4)
    let found = frame.withRawSpan { $0.containsOption(row.kind, in: range, matchesLowBits: row.matchesLowBits) }
    #expect(found == row.found)
  }

  @Test(
    "a range beyond the captured bytes is cut to them", arguments: [0..<40, 100..<200, UInt32.max - 1..<UInt32.max])
  func outside(range: Range<UInt32>) {
    let frame: [UInt8] = [1, 1, 2]
    #expect(!frame.withRawSpan { $0.containsOption(2, in: range) })
  }
}
