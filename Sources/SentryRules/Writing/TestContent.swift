internal import SentryPropertyList

/// The tests of a document with numbers in the places of numbers, which a text writes like words.
struct TestContent: PropertyListContent {
  /// What the value is of a test or a packet; `nil` for these themselves and for the list of all tests.
  let key: TestKey?
  let node: PropertyListNode

  func write(to writer: inout some PropertyListWriter) {
    switch (node.kind, key) {
    case (.array, nil), (.array, .packets):
      writer.array(node.elements.lazy.map { TestContent(key: nil, node: $0) })
    case (.dictionary, nil):
      writer.dictionary(node.entries.lazy.map { ($0.key, TestContent(key: TestKey(rawValue: $0.key), node: $0.value)) })
    case (.string, .logged), (.string, .repeat), (.string, .after), (.string, .every):
      writer.scalar(number ?? node.value)
    default: node.write(to: &writer)
    }
  }

  /// `nil` for a text that the number would not write again: `+1`, `1.50`.
  private var number: PropertyListValue? {
    guard let text = node.text else { return nil }
    if let number = Int64(text), "\(number)" == text { return .integer(number) }
    if let number = Double(text), "\(number)" == text { return .real(number) }
    return nil
  }
}
