/// How a packet's value is compared with a rule's.
public enum Relation: UInt8, Sendable, CaseIterable {
  case equal
  case notEqual
  /// ASCII letters in either case are the same; for properties without text, as `equal`.
  case equalIgnoringCase
  case atLeast
  case atMost

  /// As documents write it.
  public var name: String {
    switch self {
    case .equal: "=="
    case .notEqual: "!="
    case .equalIgnoringCase: "a=A"
    case .atLeast: ">="
    case .atMost: "<="
    }
  }

  /// The number in documents of every generation (docs/Classic.md, "Relations").
  public var code: Int { Int(rawValue) }

  /// Asks which of two values is the greater.
  var needsOrder: Bool { self == .atLeast || self == .atMost }
}

extension Set<Relation> {
  /// Of properties whose values have an order.
  static let ordered: Set<Relation> = [.equal, .notEqual, .atLeast, .atMost]
  /// Of properties that only are or are not something.
  static let unordered: Set<Relation> = [.equal, .notEqual]
}

extension ClosedRange<UInt64> {
  /// The values that stand in `relation` to this range: all from its start, all up to its end, or the range itself.
  /// For `notEqual` it is the range, too: the caller negates.
  func standing(_ relation: Relation, within limits: ClosedRange<UInt64>) -> ClosedRange<UInt64> {
    switch relation {
    case .equal, .notEqual, .equalIgnoringCase: self
    case .atLeast: lowerBound...Swift.max(lowerBound, limits.upperBound)
    case .atMost: Swift.min(upperBound, limits.lowerBound)...upperBound
    }
  }
}
