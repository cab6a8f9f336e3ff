/// Writes values as a text property list in its canonical form.
///
/// Keys stay in the order they were given. Text of letters, digits and underscores stands bare, all other in double
/// quotes (reference: docs/Classic.md, "Text form"). What it writes reads back as the same text.
public struct PropertyListPrinter: Sendable {
  /// Write characters outside ASCII as `\Uxxxx`, as the classic program does, instead of as UTF-8.
  public var asciiOnly = false
  /// Blanks for each level.
  public var indentation = 4
  /// A container that holds only scalars stands on one line if the line has at most this many columns; 0: never.
  public var lineWidth = 100

  public init() {}

  /// The document `value`, ending with one line end.
  public func print(_ value: PropertyListValue) -> String {
    var text = ""
    write(value, level: 0, usedColumns: 0, to: &text)
    // A lone bare word could be taken for the first bytes of a binary document.
    if text.hasPrefix("bplist") { text = "\"\(text)\"" }
    return text + "\n"
  }

  /// `text` as it is written in a document: bare if it can be, otherwise in double quotes.
  public func word(_ text: String) -> String {
    if !text.isEmpty, text.utf8.allSatisfy({ $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "_") }) { return text }
    return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
  }

  private func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\t": return "\\t"
    case "\r": return "\\r"
    default: break
    }
    if scalar.value < 0x20 || scalar.value == 0x7F || !scalar.isASCII && (asciiOnly || isInvisible(scalar)) {
      return String(scalar).utf16.map { "\\U" + hex(UInt($0), digits: 4) }.joined()
    }
    return String(scalar)
  }

  /// Control and formatting characters, which a person could not see in the document.
  private func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: scalar == "\u{FEFF}"
    }
  }

  private func hex(_ number: UInt, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}

// MARK: Layout

extension PropertyListPrinter {
  private func write(_ value: PropertyListValue, level: Int, usedColumns: Int, to text: inout String) {
    if let line = oneLine(value), usedColumns + line.count <= lineWidth || !value.isContainer {
      text += line
      return
    }
    switch value {
    case .array(let elements): writeArray(elements, level: level, to: &text)
    case .dictionary(let dictionary): writeDictionary(dictionary, level: level, to: &text)
    default: break
    }
  }

  private func writeArray(_ elements: [PropertyListValue], level: Int, to text: inout String) {
    let inner = blanks(level + 1)
    text += "(\n"
    for (index, element) in elements.enumerated() {
      text += inner
      write(element, level: level + 1, usedColumns: inner.count + 1, to: &text)
      text += index + 1 < elements.count ? ",\n" : "\n"
    }
    text += blanks(level) + ")"
  }

  private func writeDictionary(_ dictionary: PropertyListDictionary, level: Int, to text: inout String) {
    let inner = blanks(level + 1)
    text += "{" + comment(of: dictionary) + "\n"
    for entry in dictionary.entries {
      let start = inner + word(entry.key) + " = "
      text += start
      write(entry.value, level: level + 1, usedColumns: start.count + 1, to: &text)
      text += ";\n"
    }
    text += blanks(level) + "}"
  }

  /// A scalar, or a container of scalars, on one line; `nil` for containers with containers in them.
  private func oneLine(_ value: PropertyListValue) -> String? {
    switch value {
    case .data(let bytes): return data(bytes)
    case .date(let seconds): return word(CivilTime(secondsSince1970: seconds).description)
    case .array(let elements):
      guard !elements.contains(where: \.isContainer) else { return nil }
      return elements.isEmpty ? "()" : "( " + elements.compactMap(oneLine).joined(separator: ", ") + " )"
    case .dictionary(let dictionary):
      guard !dictionary.entries.contains(where: { $0.value.isContainer }) else { return nil }
      if dictionary.entries.isEmpty, dictionary.comment == nil { return "{}" }
      let entries = dictionary.entries.compactMap { entry in
        oneLine(entry.value).map { " \(word(entry.key)) = \($0);" }
      }
      return "{" + comment(of: dictionary) + entries.joined() + " }"
    case .string, .integer, .real, .boolean: return value.text.map(word)
    }
  }

  private func comment(of dictionary: PropertyListDictionary) -> String {
    dictionary.comment.map { " /* " + Self.harmless($0) + " */" } ?? ""
  }

  /// A comment's text cannot end the comment.
  private static func harmless(_ comment: String) -> String {
    var text = ""
    for scalar in comment.unicodeScalars {
      if scalar == "/", text.unicodeScalars.last == "*" { text += " " }
      if scalar == "*", text.unicodeScalars.last == "/" { text += " " }
      text.unicodeScalars.append(scalar.value < 0x20 ? " " : scalar)
    }
    return text
  }

  private func blanks(_ level: Int) -> String {
    String(repeating: " ", count: max(0, indentation) * level)
  }

  /// Groups of four bytes, as property lists have been printed since NeXTSTEP.
  private func data(_ bytes: [UInt8]) -> String {
    let groups = stride(from: 0, to: bytes.count, by: 4).map { start in
      bytes[start..<min(start + 4, bytes.count)].map { hex(UInt($0), digits: 2) }.joined()
    }
    return "<" + groups.joined(separator: " ") + ">"
  }
}

extension PropertyListValue {
  fileprivate var isContainer: Bool {
    switch self {
    case .array(let elements): !elements.isEmpty
    case .dictionary(let dictionary): !dictionary.entries.isEmpty
    default: false
    }
  }
}
