// Property lists of every form: any bytes.

import Foundation
import FuzzSupport
import SentryDiagnostics
import SentryPropertyList

enum PropertyListFuzzer: FuzzTarget {
  static func seeds(of checkout: Checkout) throws -> [String: [UInt8]] {
    var seeds = try checkout.documents()
    for (name, bytes) in seeds {
      guard let root = PropertyList.read(bytes, fileName: name).document?.root.value.foundationValue else { continue }
      seeds["\(name).binary"] = try [UInt8](
        PropertyListSerialization.data(fromPropertyList: root, format: .binary, options: 0))
      seeds["\(name).xml"] = try [UInt8](
        PropertyListSerialization.data(fromPropertyList: root, format: .xml, options: 0))
    }
    // Small ones of every type: mutations of these go further than those of whole documents.
    let types: [String: Any] = [
      "text": "a", "number": 7, "fraction": 0.5, "yes": true, "when": Date(timeIntervalSince1970: 1_700_000_000),
      "bytes": Data([0, 1, 0xFF]), "list": [1, "two", [String]()] as [Any], "inner": [:] as [String: Any], "é": "ü",
    ]
    seeds["types.binary"] = try [UInt8](
      PropertyListSerialization.data(fromPropertyList: types, format: .binary, options: 0))
    seeds["types.xml"] = try [UInt8](PropertyListSerialization.data(fromPropertyList: types, format: .xml, options: 0))
    seeds["types.text"] = Array(
      #"{ text = a; "é" = "\U00fc\n"; bytes = <00 01ff>; list = ( 1, 'two', () ); /* c */ } // d"#.utf8)
    return seeds
  }

  static func dictionary(of checkout: Checkout) -> [String] {
    let text = [
      "{", "}", "(", ")", "=", ";", ",", "\"", "'", "<", ">", "<00>", "/*", "*/", "//", "\\U00e9", "\\Ud83d", "\\n",
    ]
    let elements = ["plist", "dict", "array", "key", "string", "integer", "real", "true", "false", "date", "data"]
    let xml = elements.flatMap { ["<\($0)>", "</\($0)>", "<\($0)/>"] }
    let declarations = ["<?xml version=\"1.0\"?>", "encoding=\"UTF-16\"", "encoding=\"ISO-8859-1\"", "<!DOCTYPE plist"]
    let markup = ["<!ENTITY", "<![CDATA[", "]]>", "&amp;", "&#x41;", "&#65;", "<!--", "-->"]
    return text + xml + declarations + markup + ["bplist00", "\u{FEFF}", "\u{2028}"]
  }

  static func check(_ input: [UInt8]) {
    let reading = PropertyList.read(input, fileName: "input")
    for finding in reading.diagnostics.prefix(10) {
      require(finding.range.lowerBound >= 0, "a finding before the text")
      require(finding.range.upperBound <= reading.source.bytes.count + 1, "a finding behind the text")
      require(!finding.rendered(in: reading.source).isEmpty, "a finding without words")
    }
    guard let document = reading.document else {
      return require(reading.diagnostics.hasErrors, "nothing read, and no error")
    }
    if let syntax = document.syntax {
      require(syntax.printed == reading.source.bytes, "the tree does not print what was read")
    }
    if !reading.diagnostics.hasErrors { checkPrinting(of: document.root.value) }
  }

  /// What is written reads back without a finding and is written the same again.
  private static func checkPrinting(of value: PropertyListValue) {
    for asciiOnly in [false, true] {
      var printer = PropertyListPrinter()
      printer.asciiOnly = asciiOnly
      let text = printer.print(value)
      let again = PropertyList.read(Array(text.utf8), fileName: "printed")
      require(again.diagnostics.isEmpty, "what was printed has findings: \(again.diagnostics)\n\(text)")
      let document = require(again.document, "what was printed does not read back")
      require(printer.print(document.root.value) == text, "printed again, it is not the same")
    }
  }
}

extension PropertyListValue {
  /// For Foundation's writers.
  fileprivate var foundationValue: Any {
    switch self {
    case .array(let elements): elements.map(\.foundationValue)
    case .dictionary(let dictionary):
      Dictionary(dictionary.entries.map { ($0.key, $0.value.foundationValue) }) { first, _ in first }
    default: text ?? ""
    }
  }
}

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeRawPointer?, _ arguments: UnsafeRawPointer?) -> CInt {
  PropertyListFuzzer.initialize()
}

@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  PropertyListFuzzer.test(start, count)
}
