import SentryDiagnostics

/// Binary property lists.
enum BinaryReader {
  static func read(_ bytes: [UInt8], fileName: String) -> PropertyListReading {
    // Findings give a path; there is no text to quote.
    let source = SourceText(fileName: fileName, bytes: [])
    do {
      let tree = try BinaryTree(bytes)
      let document = PropertyListDocument(
        source: source, format: .binary, root: PropertyListNode(tree.root), syntax: nil)
      return PropertyListReading(
        source: source, document: tree.problems.count < Parser.findingLimit ? document : nil,
        diagnostics: tree.problems.map { diagnostic($0.problem, at: tree.path(of: $0.place)) })
    } catch {
      let finding = Diagnostic(
        .unreadableBinary, at: .init(path: "root"), "the binary property list cannot be read: \(error)",
        hint: "the file may be cut short or damaged")
      return PropertyListReading(source: source, document: nil, diagnostics: [finding])
    }
  }

  private static func diagnostic(_ problem: BinaryWalk.Problem, at path: String) -> Diagnostic {
    let place = Diagnostic.Place(path: path.isEmpty ? "root" : path)
    switch problem {
    case .unsupportedValue:
      return Diagnostic(.unsupportedValue, at: place, "a value of this kind has no place in a document")
    case .duplicateKey(let key):
      return Diagnostic(.duplicateKey, at: place, "the key '\(key)' occurs twice in this dictionary")
    }
  }
}
