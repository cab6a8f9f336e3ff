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
    case .array(let elements) where !elements.isEmpty:
      writer.begin(.array)
      for element in elements { element.write(to: &writer) }
      writer.end()
    case .dictionary(let dictionary) where !dictionary.entries.isEmpty:
      writer.begin(.dictionary)
      for entry in dictionary.entries {
        writer.key(entry.key)
        entry.value.write(to: &writer)
      }
      writer.end()
    default: writer.scalar(self)
    }
  }
}

extension PropertyListNode: PropertyListContent {
  package func write(to writer: inout some PropertyListWriter) {
    switch kind {
    case .array:
      guard !elements.isEmpty else { return writer.scalar([]) }
      writer.begin(.array)
      for element in elements { element.write(to: &writer) }
      writer.end()
    case .dictionary:
      guard !entries.isEmpty else { return writer.scalar(.dictionary([:])) }
      writer.begin(.dictionary)
      for entry in entries {
        writer.key(entry.key)
        entry.value.write(to: &writer)
      }
      writer.end()
    default: writer.scalar(value)
    }
  }
}

extension Sequence {
  fileprivate var isEmpty: Bool { first { _ in true } == nil }
}
