/// Gathers the nodes of a `SyntaxTree` in the order of the text.
struct TreeBuilder {
  private(set) var nodes: [SyntaxTree.Node] = []
  /// The containers being read, from the root down.
  private var open: [Frame] = []

  private struct Frame {
    var node: Int
    /// The key or value read last directly in it.
    var last: Int?
  }

  init(for bytes: [UInt8]) {
    nodes.reserveCapacity(Self.expectedNodes(in: bytes))
  }

  /// As many nodes as a text without mistakes has, or somewhat more: each key and value ends at one of these bytes. Room
  /// that is never used takes no memory, but an array that has to grow is there twice for a moment.
  private static func expectedNodes(in bytes: [UInt8]) -> Int {
    let ends = bytes.count { byte in
      byte == UInt8(ascii: "=") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ")")
    }
    return min(ends, Parser.freeNodes + bytes.count / Parser.bytesPerNode) + 1
  }

  /// The key or value read last directly in the innermost container.
  var last: SyntaxTree.Node? { open.last?.last.map { nodes[$0] } }

  var hasOpenContainers: Bool { !open.isEmpty }

  mutating func openContainer(_ kind: SyntaxTree.Node.Kind, at token: Token) {
    append(node(kind, token))
    open.append(Frame(node: nodes.count - 1))
  }

  /// Closes the innermost container; returns the index of its node.
  mutating func closeContainer(at end: Int, isInText: Bool) -> Int? {
    guard let index = open.popLast()?.node else { return nil }
    nodes[index].next = UInt32(nodes.count)
    nodes[index].end = UInt32(end)
    if !isInText { nodes[index].flags.insert(.isUnclosed) }
    return index
  }

  /// A word, a string or data; an inserted token stands for a value that is missing.
  mutating func addScalar(_ token: Token) {
    let kind: SyntaxTree.Node.Kind = token.kind == .string ? .string : token.kind == .data ? .data : .word
    var node = node(token.isInserted ? .word : kind, token)
    if token.hasEscapes { node.flags.insert(.hasEscapes) }
    if token.isUnterminated { node.flags.insert(.isUnclosed) }
    append(node)
  }

  /// Text that should have had quotes.
  mutating func addUnquoted(_ token: Token) {
    append(node(.word, token))
    nodes[nodes.count - 1].flags = [.isUnquoted]
  }

  /// Lets the text read last go on to `end`.
  mutating func extendLast(to end: Int) {
    guard let index = nodes.indices.last else { return }
    nodes[index].end = UInt32(end)
    nodes[index].kind = .word
    nodes[index].flags = [.isUnquoted]
  }

  /// The key read last is its own value.
  mutating func addShorthandValue() {
    guard var value = last else { return }
    value.next = UInt32(nodes.count + 1)
    value.flags.insert(.isShorthand)
    append(value)
  }

  /// The `=`, `;` or `,` after the key or value read last.
  mutating func setSeparator(at offset: Int) {
    guard let index = open.last?.last else { return }
    nodes[index].separator = UInt32(offset)
  }

  private mutating func append(_ node: SyntaxTree.Node) {
    if !open.isEmpty { open[open.count - 1].last = nodes.count }
    nodes.append(node)
  }

  private func node(_ kind: SyntaxTree.Node.Kind, _ token: Token) -> SyntaxTree.Node {
    SyntaxTree.Node(
      start: UInt32(token.start), end: UInt32(token.end), next: UInt32(nodes.count + 1), kind: kind,
      flags: token.isInserted ? [.isInserted] : [])
  }
}
