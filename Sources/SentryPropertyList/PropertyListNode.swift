public import SentryDiagnostics

/// One value of a document that was read, with its place: the same view of all three forms. Cheap to copy.
public struct PropertyListNode: Sendable {
  public enum Kind: String, Sendable { case string, number, boolean, date, data, array, dictionary }

  fileprivate enum Storage: Sendable {
    case syntax(SyntaxNode)
    case xml(XMLNode)
    case binary(BinaryNode)
  }

  fileprivate let storage: Storage

  init(_ node: SyntaxNode) {
    storage = .syntax(node)
  }

  init(_ node: XMLNode) {
    storage = .xml(node)
  }

  init(_ node: BinaryNode) {
    storage = .binary(node)
  }

  /// The view of a node of a text.
  public init(syntax node: SyntaxNode) {
    self.init(node)
  }

  /// Text documents know only strings, data, arrays and dictionaries.
  public var kind: Kind {
    switch storage {
    case .syntax(let node): Kind(node.kind)
    case .xml(let node): Kind(node.element)
    case .binary(let node): Kind(node.kind)
    }
  }

  /// Where findings about it point.
  public var place: Diagnostic.Place {
    switch storage {
    case .syntax(let node): Diagnostic.Place(range: node.range)
    case .xml(let node): Diagnostic.Place(range: node.range)
    case .binary(let node):
      Diagnostic.Place(path: node.path.isEmpty ? "root" : node.path)
    }
  }

  /// Its bytes in a text document; `nil` in others.
  public var range: Range<Int>? { syntax?.range }

  /// The opening bracket or tag of a container; `nil` in binary documents, and where a text has none.
  public var opening: Range<Int>? {
    switch storage {
    case .syntax(let node): node.opening
    case .xml(let node): node.opening
    case .binary: nil
    }
  }

  /// Its node in the tree of a text document, with braces, separators and comments; `nil` in others.
  public var syntax: SyntaxNode? {
    if case .syntax(let node) = storage { node } else { nil }
  }

  /// Stands for a value that could not be read and about which a finding has been made; its text is empty.
  public var isMissing: Bool { syntax?.isMissing ?? false }
}

extension PropertyListNode.Kind {
  fileprivate init(_ kind: SyntaxNode.Kind) {
    self =
      switch kind {
      case .string: .string
      case .data: .data
      case .array: .array
      case .dictionary: .dictionary
      }
  }

  fileprivate init(_ element: XMLTree.Node.Element) {
    self =
      switch element {
      case .string, .key: .string
      case .integer, .real: .number
      case .true, .false: .boolean
      case .date: .date
      case .data: .data
      case .array: .array
      case .dict: .dictionary
      }
  }

  fileprivate init(_ kind: BinaryObjects.Object.Kind) {
    self =
      switch kind {
      case .ascii, .utf16, .other: .string
      case .integer, .real: .number
      case .boolean: .boolean
      case .date: .date
      case .data: .data
      case .array: .array
      case .dictionary: .dictionary
      }
  }
}

// MARK: Scalars

extension PropertyListNode {
  /// A string as it is, a number in decimal, a boolean as `1` or `0`; `nil` for dates, data and containers.
  public var text: String? {
    switch storage {
    case .syntax(let node): node.text
    case .xml(let node): node.element == .string ? node.text : scalar.text
    case .binary(let node): node.kind == .ascii ? node.text : scalar.text
    }
  }

  /// Where findings about a part of `text` point; `part` is counted in UTF-8 bytes of the text.
  public func place(ofText part: Range<Int>) -> Diagnostic.Place {
    switch storage {
    case .syntax(let node): Diagnostic.Place(range: node.range(ofText: part))
    case .xml(let node): Diagnostic.Place(range: node.range(ofText: part))
    case .binary: place
    }
  }

  /// The whole number that `text` writes: decimal digits with or without a sign, nothing else. `nil` for any other
  /// text and beyond 64 bits.
  public var integer: Int64? { text.flatMap { Int64($0) } }

  /// The bytes of data; `nil` for anything else.
  public var data: [UInt8]? {
    if let syntax { return syntax.data }
    if kind == .data, case .data(let bytes) = scalar { return bytes }
    return nil
  }

  /// Seconds since 1970 of a date, which only XML and binary documents have; `nil` for anything else.
  public var dateSeconds: Double? {
    if kind == .date, case .date(let seconds) = scalar { seconds } else { nil }
  }

  /// A scalar, or an empty container.
  fileprivate var scalar: PropertyListValue {
    switch storage {
    case .syntax(let node):
      switch node.kind {
      case .string: .string(node.text ?? "")
      case .data: .data(node.data ?? [])
      case .array: []
      case .dictionary: .dictionary([:])
      }
    case .xml(let node): node.scalar
    case .binary(let node): node.scalar
    }
  }
}

// MARK: Containers

extension PropertyListNode {
  /// How many elements or entries it has; 0 for scalars. Counts them one by one, but in a binary document.
  public var count: Int {
    if case .binary(let node) = storage { return node.count }
    switch kind {
    case .array: return elements.reduce(0) { count, _ in count + 1 }
    case .dictionary: return entries.reduce(0) { count, _ in count + 1 }
    default: return 0
    }
  }

  /// The elements of an array in order; none for anything else.
  public var elements: PropertyListElements { PropertyListElements(self) }

  /// The elements of an array, one at a time; of anything else itself, for what may be one or several.
  public var elementsOrItself: PropertyListElements { PropertyListElements(ofArrayOr: self) }

  /// The entries of a dictionary, in the order of the document; no entries for anything else.
  public var entries: PropertyListEntries { PropertyListEntries(self) }

  /// The first entry with this key, found by looking at one after the other; `nil` if there is none or this is no
  /// dictionary.
  public func entry(named key: String) -> PropertyListEntry? { entries.first { $0.hasKey(key) } }

  public subscript(key: String) -> PropertyListNode? { entry(named: key)?.value }

  /// A copy without places, to keep and to change.
  public var value: PropertyListValue {
    switch kind {
    case .array: .array(elements.map(\.value))
    case .dictionary: .dictionary(PropertyListDictionary(entries.map { .init(key: $0.key, value: $0.value.value) }))
    default: scalar
    }
  }
}

/// One entry of a dictionary that was read.
public struct PropertyListEntry: Sendable {
  private let keyNode: PropertyListNode
  public let value: PropertyListNode

  fileprivate init(key: PropertyListNode, value: PropertyListNode) {
    keyNode = key
    self.value = value
  }

  public var key: String { keyNode.keyText }

  /// Where findings about the key point; in binary documents the same as the value's.
  public var keyPlace: Diagnostic.Place { keyNode.place }

  /// Bytes of the key in UTF-8.
  public var keyLength: Int {
    switch keyNode.storage {
    case .syntax(let node): node.textLength
    case .xml(let node): node.textLength
    case .binary(let node): node.textLength
    }
  }

  /// Whether the key is exactly `text`; cheaper than to compare `key`.
  public func hasKey(_ text: String) -> Bool {
    switch keyNode.storage {
    case .syntax(let node): node.hasText(text)
    case .xml(let node): node.hasText(text)
    case .binary(let node): node.hasText(text)
    }
  }

  /// The bytes of the key in a text document, quotes included; `nil` in others.
  public var keyRange: Range<Int>? { keyNode.range }
}

extension PropertyListNode {
  fileprivate var keyText: String {
    switch storage {
    case .syntax(let node): node.text ?? ""
    case .xml(let node): node.text
    case .binary(let node): node.text
    }
  }
}

/// The elements of an array.
public struct PropertyListElements: Sequence, IteratorProtocol, Sendable {
  private enum Source: Sendable {
    case none
    case single(PropertyListNode)
    case syntax(SyntaxChildren)
    case xml(XMLChildren)
    case binary(BinaryChildren)
  }

  private var source: Source

  fileprivate init(ofArrayOr node: PropertyListNode) {
    self.init(node)
    if node.kind != .array { source = .single(node) }
  }

  fileprivate init(_ node: PropertyListNode) {
    guard node.kind == .array else {
      source = .none
      return
    }
    source =
      switch node.storage {
      case .syntax(let node): .syntax(node.children)
      case .xml(let node): .xml(node.children)
      case .binary(let node): .binary(BinaryChildren(of: node))
      }
  }

  public mutating func next() -> PropertyListNode? {
    switch source {
    case .none: return nil
    case .single(let node):
      source = .none
      return node
    case .syntax(var children):
      defer { source = .syntax(children) }
      return children.next().map { PropertyListNode($0) }
    case .xml(var children):
      defer { source = .xml(children) }
      return children.next().map { PropertyListNode($0) }
    case .binary(var children):
      defer { source = .binary(children) }
      return children.next().map { PropertyListNode($0.value) }
    }
  }
}

/// The entries of a dictionary.
public struct PropertyListEntries: Sequence, IteratorProtocol, Sendable {
  private enum Source: Sendable {
    case none
    case syntax(SyntaxEntrySequence)
    case xml(XMLChildren)
    case binary(BinaryChildren)
  }

  private var source: Source

  fileprivate init(_ node: PropertyListNode) {
    guard node.kind == .dictionary else {
      source = .none
      return
    }
    source =
      switch node.storage {
      case .syntax(let node): .syntax(node.entrySequence)
      case .xml(let node): .xml(node.children)
      case .binary(let node): .binary(BinaryChildren(of: node))
      }
  }

  public mutating func next() -> PropertyListEntry? {
    switch source {
    case .none: return nil
    case .syntax(var entries):
      defer { source = .syntax(entries) }
      return entries.next().map { PropertyListEntry(key: PropertyListNode($0.key), value: PropertyListNode($0.value)) }
    case .xml(var children):
      defer { source = .xml(children) }
      guard let key = children.next(), let value = children.next() else { return nil }
      return PropertyListEntry(key: PropertyListNode(key), value: PropertyListNode(value))
    case .binary(var children):
      defer { source = .binary(children) }
      guard let (key, value) = children.next(), let key else { return nil }
      return PropertyListEntry(key: PropertyListNode(key), value: PropertyListNode(value))
    }
  }
}
