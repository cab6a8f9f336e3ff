/// A rule's number, `2.3.1`: the position among its siblings, and those of the rules above.
///
/// Siblings share what they have in common, so that numbers take the same room at every depth.
struct RuleNumber: Sendable {
  /// The rule above; `nil` at the top level.
  private let parent: Parent?
  /// Counting from 1.
  private let position: Int32

  /// What the children of one rule share.
  final class Parent: Sendable {
    fileprivate let number: RuleNumber

    init(_ number: RuleNumber) {
      self.number = number
    }
  }

  init(_ position: Int, below parent: Parent? = nil) {
    self.parent = parent
    self.position = Int32(clamping: position)
  }

  var text: String {
    var parts = ["\(position)"]
    var above = parent?.number
    while let number = above {
      parts.append("\(number.position)")
      above = number.parent?.number
    }
    return parts.reversed().joined(separator: ".")
  }
}

extension RuleNumber: Equatable {
  static func == (a: RuleNumber, b: RuleNumber) -> Bool {
    var pair = (a, b)
    while pair.0.position == pair.1.position {
      guard let first = pair.0.parent, let second = pair.1.parent else {
        return pair.0.parent == nil && pair.1.parent == nil
      }
      if first === second { return true }
      pair = (first.number, second.number)
    }
    return false
  }
}
