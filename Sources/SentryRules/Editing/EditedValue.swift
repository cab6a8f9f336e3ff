internal import SentryPropertyList

/// A value of a document while it is edited: what does not change stays where it was read, so that a large document is
/// not copied.
enum EditedValue {
  case node(PropertyListNode)
  case value(PropertyListValue)
  case array([EditedValue])
  case dictionary([Entry])

  struct Entry {
    let key: String
    var value: EditedValue
  }

  /// Those of an array; none of anything else.
  var elements: [EditedValue] {
    switch self {
    case .node(let node): node.elements.map(EditedValue.node)
    case .value(.array(let elements)): elements.map(EditedValue.value)
    case .array(let elements): elements
    case .value, .dictionary: []
    }
  }

  /// Those of a dictionary; `nil` for anything else.
  private var entries: [Entry]? {
    switch self {
    case .node(let node) where node.kind == .dictionary:
      node.entries.map { Entry(key: $0.key, value: .node($0.value)) }
    case .value(.dictionary(let dictionary)):
      dictionary.entries.map { Entry(key: $0.key, value: .value($0.value)) }
    case .dictionary(let entries): entries
    case .node, .value, .array: nil
    }
  }

  subscript(key: String) -> EditedValue? {
    if case .node(let node) = self { return node[key].map(EditedValue.node) }
    return entries?.first { $0.key == key }?.value
  }

  var text: String? {
    switch self {
    case .node(let node): node.text
    case .value(let value): value.text
    case .array, .dictionary: nil
    }
  }

  /// With an entry replaced, added at the end, or, for `nil`, removed; anything but a dictionary stays as it is.
  func setting(_ key: String, to value: EditedValue?) -> EditedValue {
    guard var entries else { return self }
    let index = entries.firstIndex { $0.key == key }
    switch (index, value) {
    case (let index?, let value?): entries[index].value = value
    case (let index?, nil): entries.remove(at: index)
    case (nil, let value?): entries.append(Entry(key: key, value: value))
    case (nil, nil): break
    }
    return .dictionary(entries)
  }
}

extension EditedValue: PropertyListContent {
  func write(to writer: inout some PropertyListWriter) {
    switch self {
    case .node(let node): node.write(to: &writer)
    case .value(let value): value.write(to: &writer)
    case .array(let elements): writer.array(elements)
    case .dictionary(let entries): writer.dictionary(entries.lazy.map { (key: $0.key, value: $0.value) })
    }
  }
}
