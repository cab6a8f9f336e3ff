import SentryDiagnostics

/// The values of an XML property list with their places.
///
/// Nodes lie in one flat array in the order of the text (20 bytes each), so that a large document costs little more than
/// its text. Read it through `XMLNode`.
final class XMLTree: Sendable {
  let source: SourceText
  /// Pre-order: a node, then everything in it. A dictionary's children are key, value, key, value …. Never empty.
  let nodes: [Node]

  struct Node {
    enum Element: UInt8 {
      case dict, array, key, string, integer, real, date, data, `true`, `false`
    }

    let element: Element
    /// Where its tag begins.
    let start: UInt32
    /// What stands between its tags, or of `<true/>` nothing.
    var contentStart: UInt32
    var contentEnd: UInt32
    /// Index of the first node that is not inside this one.
    var next: UInt32

    var content: Range<Int> { Int(contentStart)..<Int(max(contentStart, contentEnd)) }

    var isContainer: Bool { element == .dict || element == .array }
  }

  init(source: SourceText, nodes: [Node]) {
    self.source = source
    self.nodes = nodes
  }

  var root: XMLNode { XMLNode(tree: self, index: 0) }
}

/// One value (or key) of an XML property list. A view: cheap to copy.
struct XMLNode: Sendable {
  let tree: XMLTree
  let index: Int

  private var node: XMLTree.Node { tree.nodes[index] }

  var element: XMLTree.Node.Element { node.element }

  /// What a finding about it points at: the text of a scalar, the tag of anything else.
  var range: Range<Int> {
    node.isContainer || node.content.isEmpty ? Int(node.start)..<Int(node.contentStart) : node.content
  }

  /// The tag of a container; `nil` for a scalar.
  var opening: Range<Int>? { node.isContainer ? Int(node.start)..<Int(node.contentStart) : nil }

  /// The characters between the tags.
  var text: String { XMLText(node.content, of: tree.source.bytes).string }

  /// Where the document says a part of `text`, which is counted in UTF-8 bytes of the text.
  func range(ofText part: Range<Int>) -> Range<Int> {
    guard !node.content.isEmpty else { return range }
    let bounds = [part.lowerBound, part.upperBound].map {
      XMLText.position(ofText: $0, in: node.content, of: tree.source.bytes)
    }
    return bounds[0]..<max(bounds[0], bounds[1])
  }

  /// Whether `text` is exactly `key`. No string is made unless there are references.
  func hasText(_ key: String) -> Bool {
    XMLText.isPlain(node.content, of: tree.source.bytes)
      ? tree.source.bytes[node.content].elementsEqual(key.utf8) : text.utf8.elementsEqual(key.utf8)
  }

  /// Bytes of `text` in UTF-8.
  var textLength: Int {
    XMLText.isPlain(node.content, of: tree.source.bytes) ? node.content.count : text.utf8.count
  }

  /// A scalar, or an empty container.
  var scalar: PropertyListValue {
    switch node.element {
    case .dict: .dictionary([:])
    case .array: []
    case .key, .string: .string(text)
    case .integer: XMLScalars.integer(text) ?? .string(text)
    case .real: XMLScalars.real(text) ?? .string(text)
    case .date: XMLScalars.date(text) ?? .string(text)
    case .data: XMLScalars.data(text) ?? .data([])
    case .true: .boolean(true)
    case .false: .boolean(false)
    }
  }

  /// What is directly inside a container, keys and values alike.
  var children: XMLChildren { XMLChildren(of: self) }

  fileprivate var nextIndex: Int { Int(node.next) }
}

/// The nodes directly inside a container.
struct XMLChildren: Sequence, IteratorProtocol, Sendable {
  private let tree: XMLTree
  private var index: Int
  private let end: Int

  init(of parent: XMLNode) {
    tree = parent.tree
    index = parent.index + 1
    end = parent.nextIndex
  }

  mutating func next() -> XMLNode? {
    guard index < end else { return nil }
    let node = XMLNode(tree: tree, index: index)
    index = node.nextIndex
    return node
  }
}
