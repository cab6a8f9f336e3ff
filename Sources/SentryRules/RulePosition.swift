/// Where a rule stands, `2.3.1`: the position among its siblings, and those of the rules above.
///
/// Siblings share what they have in common, so that positions take the same room at every depth.
struct RulePosition: Sendable {
  /// The rule above; `nil` at the top level.
  private let parent: Parent?
  /// Counting from 1.
  private let index: Int32

  /// What the children of one rule share.
  final class Parent: Sendable {
    fileprivate let position: RulePosition

    init(_ position: RulePosition) {
      self.position = position
    }
  }

  init(_ position: Int, below parent: Parent? = nil) {
    self.parent = parent
    index = Int32(clamping: position)
  }

  var text: String {
    var parts = ["\(index)"]
    var above = parent?.position
    while let position = above {
      parts.append("\(position.index)")
      above = position.parent?.position
    }
    return parts.reversed().joined(separator: ".")
  }
}

extension RulePosition: Equatable {
  static func == (a: RulePosition, b: RulePosition) -> Bool {
    var pair = (a, b)
    while pair.0.index == pair.1.index {
      guard let first = pair.0.parent, let second = pair.1.parent else {
        return pair.0.parent == nil && pair.1.parent == nil
      }
      if first === second { return true }
      pair = (first.position, second.position)
    }
    return false
  }
}
