/// The keys of one dictionary that occur in it before.
struct DuplicateKeys {
  /// Indices of nodes: a key, and the first one with the same text. In the order of the text.
  private(set) var pairs: [(key: Int, first: Int)] = []

  private let nodes: [SyntaxTree.Node]
  private let bytes: [UInt8]

  /// Up to this many keys are compared with each other; more go through a table.
  private static let fewKeys = 16

  init(ofDictionaryAt index: Int, in nodes: [SyntaxTree.Node], of bytes: [UInt8]) {
    self.nodes = nodes
    self.bytes = bytes
    let keys = keys(ofDictionaryAt: index)
    if keys.count <= Self.fewKeys, !keys.contains(where: { nodes[$0].flags.contains(.hasEscapes) }) {
      comparePairwise(keys)
    } else {
      compareThroughTable(keys)
    }
  }

  private func keys(ofDictionaryAt index: Int) -> [Int] {
    var keys: [Int] = []
    var key = index + 1
    while key + 1 < Int(nodes[index].next) {
      if !nodes[key].flags.contains(.isInserted) { keys.append(key) }
      key = Int(nodes[key + 1].next)
    }
    return keys
  }

  private mutating func comparePairwise(_ keys: [Int]) {
    for (position, key) in keys.enumerated() {
      let text = bytes[nodes[key].content]
      if let first = keys[..<position].first(where: { bytes[nodes[$0].content] == text }) {
        pairs.append((key, first))
      }
    }
  }

  private mutating func compareThroughTable(_ keys: [Int]) {
    var seen: [[UInt8]: Int] = [:]
    for key in keys {
      let text = nodes[key].utf8(in: bytes)
      if let first = seen[text] { pairs.append((key, first)) } else { seen[text] = key }
    }
  }
}
