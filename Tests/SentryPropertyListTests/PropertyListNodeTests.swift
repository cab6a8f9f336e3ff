import Foundation
import SentryDiagnostics
import Testing

@testable import SentryPropertyList

private func rule() -> [String: Any] {
  [
    "nodeName": "telnet", "enabled": true, "property": 14, "ratio": 0.75,
    "lastTime": Date(timeIntervalSince1970: 1_000_000), "key": Data([1, 2]), "matchCount": "18446744073709551615",
    "children": [["enabled": false], ["enabled": "1"]] as [[String: Any]],
  ]
}

private func document(_ format: PropertyListSerialization.PropertyListFormat) throws -> PropertyListDocument {
  let data = try PropertyListSerialization.data(fromPropertyList: rule(), format: format, options: 0)
  let reading = PropertyList.read(Array(data), fileName: "rule")
  #expect(reading.diagnostics == [])
  return try #require(reading.document)
}

@Test(arguments: [PropertyListSerialization.PropertyListFormat.xml, .binary])
func xmlAndBinaryDocumentsReadAlike(format: PropertyListSerialization.PropertyListFormat) throws {
  let document = try document(format)
  #expect(document.format == (format == .xml ? .xml : .binary))
  #expect(document.syntax == nil)
  let root = document.root
  #expect(
    root.entries.map(\.key).sorted()
      == ["children", "enabled", "key", "lastTime", "matchCount", "nodeName", "property", "ratio"])
  #expect(root["nodeName"]?.kind == .string && root["nodeName"]?.text == "telnet")
  #expect(root["enabled"]?.kind == .boolean && root["enabled"]?.text == "1" && root["enabled"]?.integer == 1)
  #expect(root["property"]?.kind == .number && root["property"]?.text == "14" && root["property"]?.integer == 14)
  #expect(root["ratio"]?.kind == .number && root["ratio"]?.text == "0.75" && root["ratio"]?.integer == nil)
  #expect(
    root["lastTime"]?.kind == .date && root["lastTime"]?.dateSeconds == 1_000_000 && root["lastTime"]?.text == nil)
  #expect(root["key"]?.kind == .data && root["key"]?.data == [1, 2])
  #expect(root["matchCount"]?.integer == nil)
  #expect(root["children"]?.count == 2)
  let last = try #require(root["children"]?.elements.suffix(1).first)
  if format == .binary {
    #expect(last.place.path == "children[1]")
    #expect(last["enabled"]?.place.path == "children[1].enabled")
    #expect(last.entry(named: "enabled")?.keyPlace.path == "children[1].enabled")
  } else {
    let bytes = document.source.bytes
    #expect(String(decoding: bytes[last.place.range], as: UTF8.self) == "<dict>")
    #expect(last["enabled"].map { String(decoding: bytes[$0.place.range], as: UTF8.self) } == "1")
    #expect(last.entry(named: "enabled").map { String(decoding: bytes[$0.keyPlace.range], as: UTF8.self) } == "enabled")
  }
  #expect(last.range == nil && last.entry(named: "enabled")?.keyRange == nil)
}

@Test func textDocumentsHavePlaces() throws {
  let text = "{ nodeName = \"a b\"; property = 14; key = <0102>; children = ( { enabled; } ); }"
  let reading = read(text)
  let root = try #require(reading.document?.root)
  #expect(root.kind == .dictionary && root.count == 4)
  #expect(root.range == 0..<text.utf8.count)
  #expect(root["nodeName"]?.text == "a b" && root["nodeName"]?.range == 13..<18)
  #expect(root.entry(named: "nodeName")?.keyRange == 2..<10)
  #expect(root["property"]?.kind == .string && root["property"]?.integer == 14)
  #expect(root["key"]?.data == [1, 2] && root["key"]?.text == nil)
  #expect(root["children"]?.elements.map { $0["enabled"]?.text } == ["enabled"])
  #expect(root["missing"] == nil && root["nodeName"]?["x"] == nil)
  #expect(root["property"]?.place == Diagnostic.Place(range: 31..<33))
}

@Test(
  arguments: [
    ("14", 14), ("-1", -1), ("+7", 7), ("007", 7), ("", nil), (" 1", nil), ("1.0", nil), ("0x10", nil),
    ("9223372036854775807", .max),
    ("9223372036854775808", nil), ("١", nil),
  ] as [(String, Int64?)])
func integers(text: String, expected: Int64?) throws {
  #expect(try #require(read(PropertyListPrinter().word(text)).document).root.integer == expected)
}

@Test func utf16IsReadWithItsByteOrderMarkAndWithout() throws {
  let text = "{ a = \"é😀\"; }"
  let units = Array(text.utf16)
  let little: [UInt8] = [0xFF, 0xFE] + units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
  let big: [UInt8] = [0xFE, 0xFF] + units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
  for bytes in [little, big] {
    let reading = PropertyList.read(bytes, fileName: "utf16")
    #expect(reading.diagnostics == [])
    #expect(reading.source.bytes == Array(text.utf8))
    #expect(reading.document?.root["a"]?.text == "é😀")
  }
  for bytes in [little, big] {
    let reading = PropertyList.read(Array(bytes.dropFirst(2)), fileName: "without its mark")
    #expect(reading.diagnostics == [])
    #expect(reading.source.bytes == Array(text.utf8))
  }
  let odd = PropertyList.read(little + [0x20], fileName: "odd")
  #expect(odd.diagnostics.map(\.id).contains(.invalidEncoding))
  let half = PropertyList.read([0xFF, 0xFE, 0x22, 0, 0x00, 0xD8, 0x22, 0], fileName: "half")
  #expect(half.diagnostics.map(\.id) == [.invalidEncoding])
  #expect(
    PropertyList.read([0xFF, 0xFE, 0, 0, 0x7B, 0, 0, 0], fileName: "utf32").diagnostics.map(\.id) == [.invalidEncoding])
  for bytes in [[0x7B, 0, 0, 0, 0x7D, 0, 0, 0], [0, 0, 0, 0x7B, 0, 0, 0, 0x7D]] as [[UInt8]] {
    #expect(PropertyList.read(bytes, fileName: "utf32").diagnostics.map(\.id) == [.invalidEncoding])
  }
}

@Test(
  arguments: [
    ([0x22, 0xE9, 0x22], 1..<2),  // Latin-1
    ([0x22, 0xC0, 0x80, 0x22], 1..<3),  // overlong NUL
    ([0x22, 0xED, 0xA0, 0x80, 0x22], 1..<4),  // surrogate
    ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1..<5),  // beyond U+10FFFF
    ([0x22, 0xC3, 0x22], 1..<2),  // cut short
    ([0xE9], 0..<1),  // without quotes
  ] as [([UInt8], Range<Int>)])
func invalidUTF8IsOneFindingAtItsPlace(bytes: [UInt8], range: Range<Int>) {
  let reading = PropertyList.read(bytes, fileName: "latin1")
  #expect(reading.diagnostics.map(\.id) == [.invalidEncoding])
  #expect(reading.diagnostics.map(\.range) == [range])
}

/// A part of the value of `a`, in bytes of its text, and what the document has in its place.
@Test(arguments: [
  ("{ a = word; }", 1..<3, "or"),
  ("{ a = \"two words\"; }", 4..<9, "words"),
  (#"{ a = "\"q\" x\n y"; }"#, 4..<5, "x"),
  (#"{ a = "\"q\" x\n y"; }"#, 5..<7, #"\n "#),
  (#"{ a = "\U00fc\U20ac z"; }"#, 6..<7, "z"),
  (#"{ a = "\U00fc\U20ac z"; }"#, 2..<5, #"\U20ac"#),
  ("{ a = \"ü z\"; }", 3..<4, "z"),
  ("{ a = \"abc\"; }", 3..<3, ""),
  ("{ a = \"abc\"; }", 2..<99, "c"),
  ("{ a = “two words”; }", 7..<12, "words"),
  ("{ a = two words; }", 4..<9, "words"),
  ("{ a = “two words; }", 4..<9, "words"),
])
func partsOfATextHaveTheirPlace(document: String, part: Range<Int>, source: String) throws {
  let reading = PropertyList.read(Array(document.utf8), fileName: "a")
  let node = try #require(reading.document?.root["a"])
  let range = node.place(ofText: part).range
  #expect(String(decoding: reading.source.bytes[range], as: UTF8.self) == source)
}
