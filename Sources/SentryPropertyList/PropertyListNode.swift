public import SentryDiagnostics

/// One value of a document that was read, with its place: the same view of all three forms. Cheap to copy.
public struct PropertyListNode: Sendable {
  public enum Kind: String, Sendable { case string, number, boolean, date, data, array, dictionary }

  private enum Storage: Sendable {
    case syntax(SyntaxNode)
    case value(PropertyListValue, path: String)
  }

  private let storage: Storage

  init(_ node: SyntaxNode) {
    storage = .syntax(node)
  }

  /// The view of a node of a text.
  public init(syntax node: SyntaxNode) {
    self.init(node)
  }

  /// The view of a plain value, as the root of a document that is not text.
  public init(value: PropertyListValue) {
    self.init(value, path: "")
  }

  /// A value of an XML or binary document; `path` says how to get there from the root, whose path is empty.
  init(_ value: PropertyListValue, path: String) {
    storage = .value(value, path: path)
  }

  /// Text documents know only strings, data, arrays and dictionaries.
  public var kind: Kind {
    switch storage {
    case .syntax(let node):
      switch node.kind {
      case .string: .string
      case .data: .data
      case .array: .array
      case .dictionary: .dictionary
      }
    case .value(let value, _): value.kind
    }
  }

  /// Where findings about it point.
  public var place: Diagnostic.Place {
    switch storage {
    case .syntax(let node): Diagnostic.Place(range: node.range)
    case .value(_, let path): Diagnostic.Place(path: path.isEmpty ? "root" : path)
    }
  }

  /// Its bytes in a text document; `nil` in others.
  public var range: Range<Int>? { syntax?.range }

  /// Its node in the tree of a text document, with braces, separators and comments; `nil` in others.
  public var syntax: SyntaxNode? {
    if case .syntax(let node) = storage { node } else { nil }
  }

  /// Stands for a value that could not be read and about which a finding has been made; its text is empty.
  public var isMissing: Bool { syntax?.isMissing ?? false }
}

// MARK: Scalars

extension PropertyListNode {
  /// A string as it is, a number in decimal, a boolean as `1` or `0`; `nil` for dates, data and containers.
  public var text: String? {
    switch storage {
    case .syntax(let node): node.text
    case .value(let value, _): value.text
    }
  }

  /// Where findings about a part of `text` point; `part` is counted in UTF-8 bytes of the text.
  public func place(ofText part: Range<Int>) -> Diagnostic.Place {
    syntax.map { Diagnostic.Place(range: $0.range(ofText: part)) } ?? place
  }

  /// The whole number that `text` writes: decimal digits with or without a sign, nothing else. `nil` for any other
  /// text and beyond 64 bits.
  public var integer: Int64? { text.flatMap { Int64($0) } }

  /// The bytes of data; `nil` for anything else.
  public var data: [UInt8]? {
    switch storage {
    case .syntax(let node): node.data
    case .value(.data(let bytes), _): bytes
    case .value: nil
    }
  }

  /// Seconds since 1970 of a date, which only XML and binary documents have; `nil` for anything else.
  public var dateSeconds: Double? {
    if case .value(.date(let seconds), _) = storage { seconds } else { nil }
  }
}

// MARK: Containers

extension PropertyListNode {
  /// How many elements or entries it has; 0 for scalars. Counts them one by one in a text document.
  public var count: Int {
    switch kind {
    case .array: elements.reduce(0) { count, _ in count + 1 }
    case .dictionary: entries.reduce(0) { count, _ in count + 1 }
    default: 0
    }
  }

  /// The elements of an array in order; none for anything else.
  public var elements: PropertyListElements {
    switch storage {
    case .syntax(let node): PropertyListElements(node)
    case .value(let value, let path): PropertyListElements(value, path: path)
    }
  }

  /// The entries of a dictionary, in the order of the document or, where that keeps none, of the alphabet; no entries
  /// for anything else.
  public var entries: PropertyListEntries {
    switch storage {
    case .syntax(let node): PropertyListEntries(node)
    case .value(let value, let path): PropertyListEntries(value, path: path)
    }
  }

  /// The first entry with this key, found by looking at one after the other; `nil` if there is none or this is no
  /// dictionary.
  public func entry(named key: String) -> PropertyListEntry? {
    switch storage {
    case .syntax(let node):
      node.entrySequence.first { $0.key.hasText(key) }.map(PropertyListEntry.init)
    case .value: entries.first { $0.key == key }
    }
  }

  public subscript(key: String) -> PropertyListNode? { entry(named: key)?.value }

  /// A copy without places, to keep and to print.
  public var value: PropertyListValue {
    switch storage {
    case .value(let value, _): value
    case .syntax(let node):
      switch node.kind {
      case .string: .string(node.text ?? "")
      case .data: .data(node.data ?? [])
      case .array: .array(elements.map(\.value))
      case .dictionary: .dictionary(PropertyListDictionary(entries.map { .init(key: $0.key, value: $0.value.value) }))
      }
    }
  }
}

/// One entry of a dictionary that was read.
public struct PropertyListEntry: Sendable {
  private enum Key: Sendable {
    case syntax(SyntaxNode)
    case text(String)
  }

  private let storedKey: Key
  public let value: PropertyListNode

  public var key: String {
    switch storedKey {
    case .syntax(let node): node.text ?? ""
    case .text(let text): text
    }
  }

  /// Where findings about the key point; in XML and binary documents the same as the value's.
  public var keyPlace: Diagnostic.Place {
    switch storedKey {
    case .syntax(let node): Diagnostic.Place(range: node.range)
    case .text: value.place
    }
  }

  /// Bytes of the key in UTF-8.
  public var keyLength: Int {
    switch storedKey {
    case .syntax(let node): node.textLength
    case .text(let text): text.utf8.count
    }
  }

  /// Whether the key is exactly `text`; cheaper than to compare `key`.
  public func hasKey(_ text: String) -> Bool {
    switch storedKey {
    case .syntax(let node): node.hasText(text)
    case .text(let key): key == text
    }
  }

  /// The bytes of the key in a text document, quotes included; `nil` in others.
  public var keyRange: Range<Int>? { keyPlace.path == nil ? keyPlace.range : nil }

  init(_ entry: SyntaxEntry) {
    storedKey = .syntax(entry.key)
    value = PropertyListNode(entry.value)
  }

  init(_ entry: PropertyListDictionary.Entry, parentPath: String) {
    storedKey = .text(entry.key)
    value = PropertyListNode(entry.value, path: parentPath.isEmpty ? entry.key : "\(parentPath).\(entry.key)")
  }
}

/// The elements of an array.
public struct PropertyListElements: Sequence, IteratorProtocol, Sendable {
  private enum Source: Sendable {
    case syntax(SyntaxChildren)
    case values(ArraySlice<PropertyListValue>, path: String)
  }

  private var source: Source

  init(_ node: SyntaxNode) {
    source = node.kind == .array ? .syntax(node.children) : .values([], path: "")
  }

  init(_ value: PropertyListValue, path: String) {
    guard case .array(let elements) = value else {
      source = .values([], path: "")
      return
    }
    source = .values(elements[...], path: path)
  }

  public mutating func next() -> PropertyListNode? {
    switch source {
    case .syntax(var children):
      let node = children.next()
      source = .syntax(children)
      return node.map { PropertyListNode($0) }
    case .values(var elements, let path):
      guard let index = elements.indices.first, let element = elements.popFirst() else { return nil }
      source = .values(elements, path: path)
      return PropertyListNode(element, path: "\(path)[\(index)]")
    }
  }
}

/// The entries of a dictionary.
public struct PropertyListEntries: Sequence, IteratorProtocol, Sendable {
  private enum Source: Sendable {
    case syntax(SyntaxEntrySequence)
    case entries(ArraySlice<PropertyListDictionary.Entry>, path: String)
  }

  private var source: Source

  init(_ node: SyntaxNode) {
    source = .syntax(node.entrySequence)
  }

  init(_ value: PropertyListValue, path: String) {
    guard case .dictionary(let dictionary) = value else {
      source = .entries([], path: "")
      return
    }
    source = .entries(dictionary.entries[...], path: path)
  }

  public mutating func next() -> PropertyListEntry? {
    switch source {
    case .syntax(var entries):
      let entry = entries.next()
      source = .syntax(entries)
      return entry.map(PropertyListEntry.init)
    case .entries(var entries, let path):
      let entry = entries.popFirst()
      source = .entries(entries, path: path)
      return entry.map { PropertyListEntry($0, parentPath: path) }
    }
  }
}
