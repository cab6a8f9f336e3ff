/// Where a rule stands: `2.3.1` is the first child of the third child of rule 2. Counts from 1.
public struct RuleNumber: Hashable, Sendable {
  /// A position for each level, the top level first; empty for the root, which holds rules 1, 2, 3 ….
  public let path: [Int]

  init(_ path: [Int]) {
    self.path = path
  }

  /// `nil` unless `text` is decimal numbers from 1 up with dots between them.
  public init?(_ text: some StringProtocol) {
    var path: [Int] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      guard NumberText.isDecimal(Substring(part)), let position = Int(part), position > 0 else { return nil }
      path.append(position)
    }
    self.path = path
  }

  static let root = RuleNumber([])

  /// The root's is the root.
  var parent: RuleNumber { RuleNumber(Array(path.dropLast())) }

  /// Among its siblings, from 1; 0 for the root.
  var position: Int { path.last ?? 0 }

  func child(_ position: Int) -> RuleNumber { RuleNumber(path + [position]) }

  /// Whether it is `other` or stands somewhere below it.
  func isWithin(_ other: RuleNumber) -> Bool { path.starts(with: other.path) }
}

extension RuleNumber: Comparable, CustomStringConvertible {
  /// Document order: a rule before those below it.
  public static func < (a: RuleNumber, b: RuleNumber) -> Bool {
    a.path.lexicographicallyPrecedes(b.path)
  }

  public var description: String { path.map(String.init).joined(separator: ".") }
}
