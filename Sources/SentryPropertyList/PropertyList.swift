public import SentryDiagnostics

/// Reading property lists of every form: text (NeXT/OpenStep), XML and binary, told apart by their first bytes.
public enum PropertyList {
  /// The largest document that is read, in bytes. Far beyond any real one; keeps offsets in 32 bits.
  static let sizeLimit = 1 << 30

  /// Reads a document; `fileName` only appears in findings. Any bytes will do: what cannot be read becomes findings,
  /// in the order of their places.
  public static func read(_ bytes: [UInt8], fileName: String) -> PropertyListReading {
    guard bytes.count <= sizeLimit else {
      let source = SourceText(fileName: fileName, bytes: [])
      return PropertyListReading(source: source, diagnostics: [SyntaxMessages.documentTooLarge(limit: sizeLimit)])
    }
    if let other = ForeignFormat.name(of: bytes) {
      let source = SourceText(fileName: fileName, bytes: [])
      return PropertyListReading(source: source, diagnostics: [SyntaxMessages.notAPropertyList(other)])
    }
    if bytes.starts(with: Array("bplist".utf8)) {
      return BinaryReader.read(bytes, fileName: fileName)
    }
    let text = TextDecoding(bytes)
    let source = SourceText(fileName: fileName, bytes: text.utf8)
    if text.isUnreadable { return PropertyListReading(source: source, diagnostics: text.findings) }
    return XMLReader.recognizes(source.bytes)
      ? XMLReader.read(source, findings: text.findings)
      : readText(source, text)
  }

  private static func readText(_ source: SourceText, _ text: TextDecoding) -> PropertyListReading {
    let (tree, findings) = Parser.parse(source, invalidRanges: text.invalidRanges)
    let document = tree.map {
      PropertyListDocument(source: source, format: .text, root: PropertyListNode($0.root), syntax: $0)
    }
    return PropertyListReading(source: source, document: document, diagnostics: (text.findings + findings).inOrder)
  }
}

extension [Diagnostic] {
  /// By place, those about one place in the order they were made; notes, which are about the whole reading, last.
  fileprivate var inOrder: [Diagnostic] {
    enumerated().sorted { left, right in
      sortKey(left.element, left.offset) < sortKey(right.element, right.offset)
    }.map(\.element)
  }

  private func sortKey(_ finding: Diagnostic, _ index: Int) -> (Int, Int, Int) {
    (finding.severity == .note ? 1 : 0, finding.range.lowerBound, index)
  }
}

/// What came of reading a document.
public struct PropertyListReading: Sendable {
  /// What the ranges of the findings refer to. UTF-16 is converted to UTF-8; for binary documents it is empty.
  public var source: SourceText
  /// What could be read. It may be there although there are errors, with the readable rest of the document, so that
  /// more can be found out about it in the same run; a document with an error must not be used for anything else.
  public var document: PropertyListDocument?
  /// In the order of their places.
  public var diagnostics: [Diagnostic]
}

/// A property list that was read, whatever its form.
public struct PropertyListDocument: Sendable {
  public enum Format: String, Sendable { case text, xml, binary }

  public let source: SourceText
  public let format: Format
  public let root: PropertyListNode
  /// The tree with every byte of the text; `nil` for other forms.
  public let syntax: SyntaxTree?
}
