import Foundation
import SentryPropertyList
import Testing

@Suite struct XMLWriterTests {
  private static let value: PropertyListValue = .dictionary([
    "text": "a < b & \"c\" > d\r\n\te \u{FC}\u{1F600}", "empty": "", "number": -14, "real": .real(0.75),
    "on": .boolean(true), "off": .boolean(false), "date": .date(secondsSince1970: 1_225_713_600),
    "data": .data([0, 255, 10]), "list": ["x", [], .dictionary([:])], "a&b": .dictionary(["k": "v"]),
  ])

  /// Foundation's reader is the judge.
  @Test func foundationReadsTheSame() throws {
    let bytes = try Self.value.xml()
    let object = try PropertyListSerialization.propertyList(from: Data(bytes), options: [], format: nil)
    let root = try #require(object as? [String: Any])
    #expect(root["text"] as? String == "a < b & \"c\" > d\r\n\te \u{FC}\u{1F600}")
    #expect(root["empty"] as? String == "")
    #expect(root["number"] as? Int == -14)
    #expect(root["real"] as? Double == 0.75)
    #expect(root["on"] as? Bool == true)
    #expect(root["off"] as? Bool == false)
    #expect(root["date"] as? Date == Date(timeIntervalSince1970: 1_225_713_600))
    #expect(root["data"] as? Data == Data([0, 255, 10]))
    #expect((root["list"] as? [Any])?.count == 3)
    #expect((root["a&b"] as? [String: String]) == ["k": "v"])
  }

  @Test func binaryAndXMLHoldTheSame() throws {
    let xml = try #require(PropertyList.read(Self.value.xml(), fileName: "x").document)
    let binary = try #require(PropertyList.read(Self.value.binary(), fileName: "x").document)
    #expect(xml.format == .xml && binary.format == .binary)
    #expect(xml.root.value == binary.root.value)
  }

  @Test(arguments: ["\u{0}", "a\u{1}", "\u{B}", "\u{FFFE}"])
  func whatXMLCannotHoldIsRefused(text: String) {
    #expect(throws: XMLWriteFailure.self) { try PropertyListValue.string(text).xml() }
    #expect(throws: XMLWriteFailure.self) {
      try PropertyListValue.dictionary(.init([.init(key: text, value: 1)])).xml()
    }
  }
}
