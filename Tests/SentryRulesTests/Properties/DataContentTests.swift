import Testing

@testable import SentryRules

@Test(arguments: [
  ConditionCase("Data content", .equal, "abc", "capitals", .payload("ABC"), false),
  ConditionCase("Data content", .equal, "abc", "it after other text", .payload("xxabc"), true),
  ConditionCase(
    "Data content", .equal, "abc", "its end on byte 63", .payload(String(repeating: "x", count: 61) + "abc"), true),
  ConditionCase(
    "Data content", .equal, "abc", "its end on byte 64", .payload(String(repeating: "x", count: 62) + "abc"), false),
  ConditionCase("Data content", .equalIgnoringCase, "abc", "capitals", .payload("xABCx"), true),
  ConditionCase("Data content", .equal, "[4:6]abc", "bytes 4 to 6", .payload("0123abc"), true),
  ConditionCase("Data content", .equal, "[4:6]abc", "bytes 7 to 9", .payload("0123456abc"), true),
  ConditionCase("Data content", .equal, "[4:6]abc", "bytes 8 to 10", .payload("01234567abc"), false),
  ConditionCase("Data content", .equal, "[4:6]abc", "bytes 3 to 5", .payload("012abc"), false),
  ConditionCase(
    "Data content", .equal, "[0:64:13]shop", "it before the carriage return", .payload("Host: shop\r\n"), true),
  ConditionCase(
    "Data content", .equal, "[0:64:13]shop", "it after the carriage return", .payload("Host\r\nshop"), false),
  ConditionCase("Data content", .notEqual, "abc", "other text", .payload("xyz"), true),
  ConditionCase("Data content", .notEqual, "abc", "a packet without payload", .icmp(type: 8), true),
  ConditionCase("Data content", .equal, "abc (def)", "the parentheses, too", .payload("abc (def)"), true),
  ConditionCase("Data content", .equal, "abc (def)", "the text before them", .payload("abc"), false),
])
func dataContent(_ row: ConditionCase) throws { try row.expect() }

private func pattern(_ value: String) throws -> ContentPattern { try ContentText.parse(Substring(value)) }

@Test(
  arguments: [
    ("text", ContentPattern.Start.payload(offset: 0), 64, nil),
    ("[100]text", .payload(offset: 100), 64, nil),
    ("[100:200]text", .payload(offset: 100), 200, nil),
    ("[100,200]text", .payload(offset: 100), 200, nil),
    ("[1:20:13]text", .payload(offset: 1), 20, 13),
    ("[1,20,13]text", .payload(offset: 1), 20, 13),
    ("[+5:128:13]text", .previousFind(offset: 5), 128, 13),
    ("[-5,128,10]text", .previousFind(offset: -5), 128, 10),
    ("[1 : 20 ]text", .payload(offset: 1), 20, nil),
  ] as [(String, ContentPattern.Start, Int, UInt8?)])
func contentWindow(_ value: String, _ start: ContentPattern.Start, _ length: Int, _ terminator: UInt8?) throws {
  let expected = ContentPattern(
    bytes: Array("text".utf8), start: start, windowLength: length, terminator: terminator, ignoresCase: false)
  #expect(try pattern(value) == expected)
}

@Test(
  arguments: [
    (#"a\nb"#, [0x61, 0x0A, 0x62]),
    (#"a\\nb"#, [0x61, 0x0A, 0x62]),
    (#"\r\n\t\0\f\b"#, [0x0D, 0x0A, 0x09, 0x00, 0x0C, 0x08]),
    (#"a\\\b"#, [0x61, 0x5C, 0x62]),
    (#"\\\"#, [0x5C]),
    (#"\\\\n"#, [0x5C, 0x0A]),
    (#"\\\\\\"#, [0x5C, 0x5C]),
    (#"\x90\xfF"#, [0x90, 0xFF]),
    (#"\q"#, [0x71]),
    (#"\[1]"#, Array("[1]".utf8)),
    ("[error]", Array("[error]".utf8)),
    ("é", [0xC3, 0xA9]),
    ("  a ", Array("  a ".utf8)),
  ] as [(String, [UInt8])])
func contentBytes(_ value: String, _ bytes: [UInt8]) throws {
  #expect(try pattern(value).bytes == bytes)
}

@Test func contentIgnoresCaseForOneRelationOnly() throws {
  #expect(try program("Data content", .equalIgnoringCase, "abc").contents.map(\.ignoresCase) == [true])
  #expect(try program("Data content", .equal, "abc").contents.map(\.ignoresCase) == [false])
}

@Test(arguments: [
  RefusedValue("Data content", "", "'Data content' needs a value"),
  RefusedValue("Data content", "[0:64]", "no text to search for"),
  RefusedValue("Data content", "[0:64", "expected [start]"),
  RefusedValue("Data content", "[0:64:13:1]abc", "expected [start]"),
  RefusedValue("Data content", "[0:x]abc", "found 'x'"),
  RefusedValue("Data content", "[0:64:256]abc", "256 is out of range"),
  RefusedValue("Data content", "[99999999999999999999]abc", "out of range"),
  RefusedValue("Data content", "[+]abc", "found nothing"),
  RefusedValue("Data content", "[0:2]abc", "never lie within a window of 2"),
  RefusedValue("Data content", #"abc\"#, "ends in a backslash"),
  RefusedValue("Data content", #"\x4"#, "two hexadecimal digits"),
  RefusedValue("Data content", #"\xgg"#, "two hexadecimal digits"),
])
func refusedContent(_ row: RefusedValue) { row.expect() }
