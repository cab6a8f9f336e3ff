/// The keys of one dictionary that occur in it before.
struct DuplicateKeys {
  /// Indices of nodes: a key, and the first one with the same text. In the order of the text.
  private(set) var pairs: [(key: UInt32, first: UInt32)] = []

  private let nodes: [SyntaxTree.Node]
  private let bytes: [UInt8]

  /// Up to this many keys are compared with each other; of more only those that can be the same.
  private static let fewKeys = 16

  init(ofDictionaryAt index: Int, in nodes: [SyntaxTree.Node], of bytes: [UInt8]) {
    self.nodes = nodes
    self.bytes = bytes
    let keys = keys(ofDictionaryAt: index)
    if keys.count <= Self.fewKeys { compare(keys[...]) } else { compareByHash(keys) }
  }

  private func keys(ofDictionaryAt index: Int) -> [UInt32] {
    var keys: [UInt32] = []
    var key = index + 1
    while key + 1 < Int(nodes[index].next) {
      if !nodes[key].flags.contains(.isInserted) { keys.append(UInt32(clamping: key)) }
      key = Int(nodes[key + 1].next)
    }
    return keys
  }

  /// Each with those before it.
  private mutating func compare(_ keys: ArraySlice<UInt32>) {
    for index in keys.indices {
      let key = nodes[Int(keys[index])]
      if let first = keys[..<index].first(where: { saysTheSame(nodes[Int($0)], key) }) {
        pairs.append((keys[index], first))
      }
    }
  }

  private func saysTheSame(_ a: SyntaxTree.Node, _ b: SyntaxTree.Node) -> Bool {
    a.flags.contains(.hasEscapes) || b.flags.contains(.hasEscapes)
      ? a.utf8(in: bytes) == b.utf8(in: bytes) : bytes[a.content] == bytes[b.content]
  }

  /// Sorted by a hash, the keys that can be the same stand together. That takes 8 bytes a key, where a table of their texts
  /// would take more than the text.
  private mutating func compareByHash(_ keys: [UInt32]) {
    var hashed = keys.map { (hash: hash(of: nodes[Int($0)]), key: $0) }
    hashed.sort { $0 < $1 }
    var start = 0
    while start < hashed.count {
      let end = hashed[start...].firstIndex { $0.hash != hashed[start].hash } ?? hashed.count
      if end - start > 1 { compare(hashed[start..<end].map(\.key)[...]) }
      start = end
    }
    pairs.sort { $0.key < $1.key }
  }

  private func hash(of key: SyntaxTree.Node) -> UInt32 {
    let hash = key.flags.contains(.hasEscapes) ? key.utf8(in: bytes)[...].hashValue : bytes[key.content].hashValue
    return UInt32(truncatingIfNeeded: hash)
  }
}
