/// A form of property lists, as something that values are written to one after the other.
///
/// Containers with something in them are begun and ended; within a dictionary a key comes before each value.
package protocol PropertyListWriter {
  mutating func begin(_ container: PropertyListContainer)
  /// Ends the container begun last.
  mutating func end()
  mutating func key(_ key: String)
  /// - Parameter value: No container, or an empty one.
  mutating func scalar(_ value: PropertyListValue)
}

extension PropertyListWriter {
  /// Writes an array with its elements.
  package mutating func array(_ elements: some Sequence<some PropertyListContent>) {
    var isBegun = false
    for element in elements {
      if !isBegun { begin(.array) }
      isBegun = true
      element.write(to: &self)
    }
    if isBegun { end() } else { scalar([]) }
  }

  /// Writes a dictionary with its entries, in their order.
  package mutating func dictionary(_ entries: some Sequence<(key: String, value: some PropertyListContent)>) {
    var isBegun = false
    for entry in entries {
      if !isBegun { begin(.dictionary) }
      isBegun = true
      key(entry.key)
      entry.value.write(to: &self)
    }
    if isBegun { end() } else { scalar(.dictionary([:])) }
  }
}

package enum PropertyListContainer: Sendable {
  case array, dictionary
}

/// What can be written as a property list of any form, without being there as a tree of values. Forms that need to know
/// about all of it before they begin have it written twice, and get the same both times.
package protocol PropertyListContent {
  func write(to writer: inout some PropertyListWriter)
}

extension PropertyListValue: PropertyListContent {
  package func write(to writer: inout some PropertyListWriter) {
    switch self {
    case .array(let elements): writer.array(elements)
    case .dictionary(let dictionary): writer.dictionary(dictionary.entries.lazy.map { (key: $0.key, value: $0.value) })
    default: writer.scalar(self)
    }
  }
}

extension PropertyListNode: PropertyListContent {
  package func write(to writer: inout some PropertyListWriter) {
    switch kind {
    case .array: writer.array(elements)
    case .dictionary: writer.dictionary(entries.lazy.map { (key: $0.key, value: $0.value) })
    default: writer.scalar(value)
    }
  }
}
