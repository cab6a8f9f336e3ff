import Foundation
import SentryTestSupport
import Testing

@testable import SentryPropertyList

@Suite struct BinaryWriterTests {
  /// Every kind of value, at the edges of what takes another size.
  private static let everything: PropertyListValue = .dictionary([
    "text": "plain", "umlaut": "\u{FC}\u{1F600}", "composed": "\u{E9}", "decomposed": "e\u{301}", "empty": "",
    "fourteen": .string(String(repeating: "x", count: 14)), "fifteen": .string(String(repeating: "x", count: 15)),
    "long": .string(String(repeating: "y", count: 300)),
    "numbers": .array([0, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, -1, .integer(.max), .integer(.min)]),
    "real": .real(0.75), "on": .boolean(true), "off": .boolean(false), "date": .date(secondsSince1970: 1_225_713_600),
    "data": .data([0, 255, 10]), "list": ["x", [], .dictionary([:]), .data([])],
    "plain": .dictionary(["text": "plain"]),
  ])

  @Test func foundationReadsTheSame() {
    #expect(FoundationOracle.value(ofXMLOrBinary: Self.everything.binary()) == Self.everything.sortedByKey)
  }

  @Test func weReadTheSame() throws {
    let reading = PropertyList.read(Self.everything.binary(), fileName: "x")
    #expect(reading.diagnostics == [])
    #expect(try #require(reading.document).root.value == Self.everything)
  }

  /// More than 255, and more than 65,535 objects take wider references.
  @Test(arguments: [0, 1, 14, 15, 254, 255, 256, 70_000])
  func manyObjects(count: Int) throws {
    let value = PropertyListValue.array((0..<count).map { .string("text \($0)") })
    let bytes = value.binary()
    #expect(FoundationOracle.value(ofXMLOrBinary: bytes) == value)
    #expect(try #require(PropertyList.read(bytes, fileName: "x").document).root.value == value)
  }

  @Test func equalScalarsAreWrittenOnce() {
    let one = PropertyListValue.array([.string(String(repeating: "z", count: 1000))]).binary()
    let many = PropertyListValue.array((0..<10).map { _ in .string(String(repeating: "z", count: 1000)) }).binary()
    #expect(many.count < one.count + 20)
  }

  /// What Foundation writes, we read as it does.
  @Test func whatFoundationWritesIsRead() throws {
    let xml = try Self.everything.xml()
    let object = try unsafe PropertyListSerialization.propertyList(from: Data(xml), options: [], format: nil)
    let binary = try PropertyListSerialization.data(fromPropertyList: object, format: .binary, options: 0)
    let reading = PropertyList.read(Array(binary), fileName: "x")
    #expect(reading.diagnostics == [])
    #expect(try #require(reading.document).root.value.sortedByKey == Self.everything.sortedByKey)
  }

  /// Python's `plistlib` is a reader nobody of Foundation's wrote.
  @Test(.enabled(if: Program("python3").isThere, "python3 is not installed"))
  func pythonReadsTheSameFromBothForms() async throws {
    let folder = try TemporaryFolder()
    let binary = try folder.write("binary", Self.everything.binary())
    let xml = try folder.write("xml", try Self.everything.xml())
    let script = """
      import datetime, plistlib, sys
      binary, xml = (plistlib.load(open(path, "rb")) for path in sys.argv[1:])
      assert binary == xml, (binary, xml)
      assert list(binary) == list(xml)
      assert binary["numbers"] == [0, 255, 256, 65535, 65536, 2**32 - 1, 2**32, -1, 2**63 - 1, -2**63]
      assert binary["umlaut"] == "\\u00fc\\U0001f600" and binary["decomposed"] == "e\\u0301"
      assert binary["composed"] == "\\u00e9" and binary["fifteen"] == 15 * "x" and binary["long"] == 300 * "y"
      assert binary["date"] == datetime.datetime(2008, 11, 3, 12) and binary["data"] == bytes([0, 255, 10])
      assert binary["on"] is True and binary["off"] is False and binary["real"] == 0.75
      assert binary["list"] == ["x", [], {}, b""]
      """
    let run = try await Program("python3").run(["-c", script, binary, xml])
    #expect(run.status == 0, "\(run.errors)")
  }
}
