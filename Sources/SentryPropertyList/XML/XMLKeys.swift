/// The keys of one dictionary as they come, to find those that occur twice.
struct XMLKeys {
  /// Up to this many keys are compared one by one; more go through a table.
  private static let fewKeys = 16

  private var few: [Int] = []
  private var many: [[UInt8]: Int] = [:]

  /// Takes in the key at `index`; returns the one before it that says the same, if there is one.
  mutating func insert(_ index: Int, in nodes: [XMLTree.Node], of bytes: [UInt8]) -> Int? {
    guard few.count < Self.fewKeys else { return insertIntoTable(index, in: nodes, of: bytes) }
    let text = Self.text(index, in: nodes, of: bytes)
    if let first = few.first(where: { Self.text($0, in: nodes, of: bytes).elementsEqual(text) }) { return first }
    few.append(index)
    return nil
  }

  private mutating func insertIntoTable(_ index: Int, in nodes: [XMLTree.Node], of bytes: [UInt8]) -> Int? {
    if many.isEmpty {
      for key in few { many[Array(Self.text(key, in: nodes, of: bytes))] = key }
    }
    let text = Array(Self.text(index, in: nodes, of: bytes))
    if let first = many[text] { return first }
    many[text] = index
    return nil
  }

  private static func text(_ index: Int, in nodes: [XMLTree.Node], of bytes: [UInt8]) -> ArraySlice<UInt8> {
    let content = nodes[index].content
    return XMLText.isPlain(content, of: bytes) ? bytes[content] : Array(XMLText(content, of: bytes).string.utf8)[...]
  }
}
