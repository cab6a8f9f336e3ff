internal import Foundation

/// Writes XML property lists, laid out as Apple's programs do: a tab for each level, dictionaries in the order of their
/// entries.
private struct XMLWriter: PropertyListWriter {
  private let output: ByteOutput
  private var open: [PropertyListContainer] = []

  static func write(_ content: some PropertyListContent, to output: ByteOutput) {
    var writer = XMLWriter(output)
    writer.line(#"<?xml version="1.0" encoding="UTF-8"?>"#)
    writer.line(
      #"<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">"#)
    writer.line(#"<plist version="1.0">"#)
    content.write(to: &writer)
    writer.line("</plist>")
  }

  private init(_ output: ByteOutput) {
    self.output = output
  }

  mutating func begin(_ container: PropertyListContainer) {
    indent()
    line(container == .array ? "<array>" : "<dict>")
    open.append(container)
  }

  mutating func end() {
    let container = open.popLast()
    indent()
    line(container == .array ? "</array>" : "</dict>")
  }

  mutating func key(_ key: String) {
    indent()
    element("key", key)
  }

  mutating func scalar(_ value: PropertyListValue) {
    indent()
    switch value {
    case .string(let text): element("string", text)
    case .integer(let number): element("integer", String(number))
    case .real(let number): element("real", Self.text(of: number))
    case .boolean(let flag): line(flag ? "<true/>" : "<false/>")
    case .date(let seconds): element("date", CivilTime(secondsSince1970: seconds).internetText)
    case .data(let data): element("data", Data(data).base64EncodedString())
    case .array: line("<array/>")
    case .dictionary: line("<dict/>")
    }
  }

  private static func text(of number: Double) -> String {
    number.isInfinite ? (number > 0 ? "+infinity" : "-infinity") : "\(number)"
  }

  private func indent() { output.write(0x09, times: open.count) }

  private func line(_ text: String) {
    output.write(text)
    output.write(.lineFeed)
  }

  private func element(_ name: String, _ text: String) {
    output.write("<\(name)>")
    for byte in text.utf8 { write(byte) }
    output.write("</\(name)>\n")
  }

  /// XML 1.0, production 14; a carriage return, which a reader would take for a line end, as a reference.
  private func write(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "&"): output.write("&amp;")
    case UInt8(ascii: "<"): output.write("&lt;")
    case UInt8(ascii: ">"): output.write("&gt;")
    case .carriageReturn: output.write("&#13;")
    default: output.write(byte)
    }
  }
}

/// Looks for a text with a character that XML has no way to write (XML 1.0, production 2).
private struct XMLCheck: PropertyListWriter {
  private(set) var unwritable: Unicode.Scalar?

  mutating func begin(_ container: PropertyListContainer) {}
  mutating func end() {}
  mutating func key(_ key: String) { check(key) }
  mutating func scalar(_ value: PropertyListValue) { if case .string(let text) = value { check(text) } }

  private mutating func check(_ text: String) {
    guard unwritable == nil, text.utf8.contains(where: { $0 < 0x20 || $0 == 0xEF }) else { return }
    unwritable = text.unicodeScalars.first { scalar in
      switch scalar {
      case "\t", "\n", "\r", " "..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}": false
      default: true
      }
    }
  }
}

/// Why a value was not written as XML.
public struct XMLWriteFailure: Error, CustomStringConvertible {
  /// What XML has no way to write.
  let scalar: Unicode.Scalar

  public var description: String {
    "a text holds the character U+\(String(scalar.value, radix: 16)), which XML has no way to write"
  }
}

extension PropertyListContent {
  /// Sees whether XML can hold all texts.
  package func checkWritableAsXML() throws(XMLWriteFailure) {
    var check = XMLCheck()
    write(to: &check)
    if let scalar = check.unwritable { throw XMLWriteFailure(scalar: scalar) }
  }

  /// As an XML property list.
  ///
  /// - Throws: if a text holds a character that XML has no way to write; nothing is written then.
  package func writeXML(to output: ByteOutput) throws(XMLWriteFailure) {
    try checkWritableAsXML()
    XMLWriter.write(self, to: output)
  }
}

extension PropertyListValue {
  /// As an XML property list.
  ///
  /// - Throws: if a text holds a character that XML has no way to write.
  public func xml() throws(XMLWriteFailure) -> [UInt8] {
    let output = ByteOutput()
    try writeXML(to: output)
    return output.bytes
  }
}
