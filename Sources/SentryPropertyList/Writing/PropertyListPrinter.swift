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
    ByteOutput.text { output in
      write(value, to: output)
      output.write(.lineFeed)
    }
  }

  /// Without a line end after it.
  ///
  /// - Parameter margin: Blanks before each line but the first; they do not count for the width.
  package func write(_ content: some PropertyListContent, to output: ByteOutput, margin: Int = 0) {
    var writer = TextWriter(self, output, margin: margin)
    content.write(to: &writer)
  }

  /// `text` as it is written in a document: bare if it can be, otherwise in double quotes.
  public func word(_ text: String) -> String { ByteOutput.text { writeWord(text, to: $0) } }

  /// `text` in double quotes, on one line; also where it could stand bare.
  public func quoted(_ text: String) -> String { ByteOutput.text { writeQuoted(text, to: $0) } }

  package func writeWord(_ text: String, to output: ByteOutput) {
    if !text.isEmpty, text.utf8.allSatisfy({ $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "_") }) {
      return output.write(text)
    }
    writeQuoted(text, to: output)
  }

  fileprivate func writeQuoted(_ text: String, to output: ByteOutput) {
    output.write(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars { write(scalar, to: output) }
    output.write(UInt8(ascii: "\""))
  }

  private func write(_ scalar: Unicode.Scalar, to output: ByteOutput) {
    switch scalar {
    case "\"": output.write("\\\"")
    case "\\": output.write("\\\\")
    case "\n": output.write("\\n")
    case "\t": output.write("\\t")
    case "\r": output.write("\\r")
    case " "..."~": output.write(UInt8(truncatingIfNeeded: scalar.value))
    default:
      if scalar.isASCII || asciiOnly || isInvisible(scalar) {
        for unit in String(scalar).utf16 { output.write("\\U" + hex(UInt(unit), digits: 4)) }
      } else {
        output.write(UTF8.encode(scalar) ?? .init())
      }
    }
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

  /// No container, or an empty one.
  fileprivate func writeScalar(_ value: PropertyListValue, to output: ByteOutput) {
    switch value {
    case .data(let bytes): writeData(bytes, to: output)
    case .date(let seconds): writeWord(CivilTime(secondsSince1970: seconds).description, to: output)
    case .array: output.write("()")
    case .dictionary: output.write("{}")
    case .string, .integer, .real, .boolean: writeWord(value.text ?? "", to: output)
    }
  }

  /// Groups of four bytes, as property lists have been printed since NeXTSTEP.
  private func writeData(_ bytes: [UInt8], to output: ByteOutput) {
    output.write(UInt8(ascii: "<"))
    for (index, byte) in bytes.enumerated() {
      if index > 0, index % 4 == 0 { output.write(UInt8(ascii: " ")) }
      output.write(hex(UInt(byte), digits: 2))
    }
    output.write(UInt8(ascii: ">"))
  }
}

/// The layout of the canonical form.
///
/// A container waits until it is known whether it goes on one line: as long as it is short and holds only scalars.
private struct TextWriter: PropertyListWriter {
  /// Much longer than any line may be, in bytes.
  private static let longText = 4096

  private let printer: PropertyListPrinter
  private let output: ByteOutput
  private let margin: Int
  /// The containers that stand on lines of their own.
  private var open: [Level] = []
  private var waiting: Line?
  /// The key that was given last, as it is written.
  private var key: String?

  private struct Level {
    let container: PropertyListContainer
    var isEmpty = true
  }

  /// A container that may go on one line.
  private struct Line {
    let container: PropertyListContainer
    /// The container's own.
    let key: String?
    /// What an array's elements say, or a dictionary's entries.
    var items: [String] = []
    /// How wide the line is if nothing more comes, with what stands before and right behind it.
    var width: Int

    var isArray: Bool { container == .array }

    var text: String {
      isArray ? "( " + items.joined(separator: ", ") + " )" : "{ " + items.joined(separator: " ") + " }"
    }

    mutating func add(_ item: String) {
      width += item.count + (items.isEmpty ? 0 : isArray ? 2 : 1)
      items.append(item)
    }
  }

  init(_ printer: PropertyListPrinter, _ output: ByteOutput, margin: Int) {
    self.printer = printer
    self.output = output
    self.margin = margin
  }

  // MARK: Events

  mutating func key(_ key: String) {
    self.key = printer.word(key)
  }

  mutating func scalar(_ value: PropertyListValue) {
    if value.isLong(for: Self.longText) { breakLine() }
    guard waiting != nil else { return writeScalar(value) }
    let word = ByteOutput.text { printer.writeScalar(value, to: $0) }
    waiting?.add(key.map { "\($0) = \(word);" } ?? word)
    key = nil
    if let waiting, waiting.width > printer.lineWidth { breakLine() }
  }

  mutating func begin(_ container: PropertyListContainer) {
    breakLine()
    let start = open.isEmpty ? 0 : blanks(open.count) + (key.map { $0.count + 3 } ?? 0) + 1
    waiting = Line(container: container, key: key, width: start + 4)
    key = nil
  }

  mutating func end() {
    if let line = waiting {
      waiting = nil
      startValue(line.key)
      output.write(line.text)
    } else if let level = open.popLast() {
      if level.container == .array { output.write(.lineFeed) }
      indent(open.count)
      output.write(UInt8(ascii: level.container == .array ? ")" : "}"))
    }
    endValue()
  }

  // MARK: Lines

  private mutating func writeScalar(_ value: PropertyListValue) {
    startValue(key)
    key = nil
    if open.isEmpty, let text = value.text, text.hasPrefix("bplist") {
      // A lone bare word could be taken for the first bytes of a binary document.
      printer.writeQuoted(text, to: output)
    } else {
      printer.writeScalar(value, to: output)
    }
    endValue()
  }

  /// The container that waits does not fit on a line.
  private mutating func breakLine() {
    guard let line = waiting else { return }
    waiting = nil
    startValue(line.key)
    output.write(line.isArray ? "(\n" : "{\n")
    open.append(Level(container: line.container))
    for item in line.items {
      startValue(nil)
      output.write(item)
      if !line.isArray { output.write(.lineFeed) }
    }
  }

  private mutating func startValue(_ key: String?) {
    guard let level = open.last else { return }
    if level.container == .array, !level.isEmpty { output.write(",\n") }
    open[open.count - 1].isEmpty = false
    indent(open.count)
    if let key { output.write(key + " = ") }
  }

  private func endValue() {
    if open.last?.container == .dictionary { output.write(";\n") }
  }

  private func indent(_ level: Int) {
    output.write(UInt8(ascii: " "), times: margin + blanks(level))
  }

  private func blanks(_ level: Int) -> Int { max(0, printer.indentation) * level }
}

extension PropertyListValue {
  fileprivate func isLong(for bytes: Int) -> Bool {
    switch self {
    case .string(let text): text.utf8.count > bytes
    case .data(let data): data.count > bytes
    default: false
    }
  }
}
