import Foundation

/// Writes values as XML property lists, laid out as Apple's programs do: a tab for each level, dictionaries in the order
/// of their entries.
///
/// By hand rather than through Foundation, whose objects would take many times the document's size.
struct XMLWriter {
  private(set) var bytes: [UInt8] = []

  /// - Throws: if a text holds a character that XML has no way to write.
  static func write(_ value: PropertyListValue) throws(PropertyListValue.WriteFailure) -> [UInt8] {
    var writer = XMLWriter()
    writer.line(#"<?xml version="1.0" encoding="UTF-8"?>"#)
    writer.line(
      #"<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">"#)
    writer.line(#"<plist version="1.0">"#)
    try writer.write(value, level: 0)
    writer.line("</plist>")
    return writer.bytes
  }

  private mutating func write(_ value: PropertyListValue, level: Int) throws(PropertyListValue.WriteFailure) {
    indent(level)
    switch value {
    case .string(let text): try element("string", text)
    case .integer(let number): try element("integer", String(number))
    case .real(let number):
      try element("real", number.isInfinite ? (number > 0 ? "+infinity" : "-infinity") : "\(number)")
    case .boolean(let flag): line(flag ? "<true/>" : "<false/>")
    case .date(let seconds): try element("date", CivilTime(secondsSince1970: seconds).internetText)
    case .data(let data): try element("data", Data(data).base64EncodedString())
    case .array(let elements):
      try container("array", isEmpty: elements.isEmpty, level: level) { writer throws(PropertyListValue.WriteFailure) in
        for element in elements { try writer.write(element, level: level + 1) }
      }
    case .dictionary(let dictionary):
      try container("dict", isEmpty: dictionary.entries.isEmpty, level: level) {
        writer throws(PropertyListValue.WriteFailure) in
        for entry in dictionary.entries {
          writer.indent(level + 1)
          try writer.element("key", entry.key)
          try writer.write(entry.value, level: level + 1)
        }
      }
    }
  }

  private mutating func container(
    _ name: String, isEmpty: Bool, level: Int,
    _ content: (inout XMLWriter) throws(PropertyListValue.WriteFailure) -> Void
  ) throws(PropertyListValue.WriteFailure) {
    guard !isEmpty else { return line("<\(name)/>") }
    line("<\(name)>")
    try content(&self)
    indent(level)
    line("</\(name)>")
  }

  private mutating func indent(_ level: Int) {
    for _ in 0..<level { bytes.append(0x09) }
  }

  private mutating func line(_ text: String) {
    bytes += text.utf8
    bytes.append(.lineFeed)
  }

  private mutating func element(_ name: String, _ text: String) throws(PropertyListValue.WriteFailure) {
    bytes += "<\(name)>".utf8
    try escape(text)
    bytes += "</\(name)>\n".utf8
  }

  /// XML 1.0, productions 2 and 14; a carriage return, which a reader would take for a line end, as a reference.
  private mutating func escape(_ text: String) throws(PropertyListValue.WriteFailure) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": bytes += "&amp;".utf8
      case "<": bytes += "&lt;".utf8
      case ">": bytes += "&gt;".utf8
      case "\r": bytes += "&#13;".utf8
      case "\t", "\n", " "..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}": bytes += UTF8.encode(scalar) ?? .init()
      default:
        throw PropertyListValue.WriteFailure(
          description: "a text holds the character U+\(String(scalar.value, radix: 16)), which XML has no way to write")
      }
    }
  }
}
