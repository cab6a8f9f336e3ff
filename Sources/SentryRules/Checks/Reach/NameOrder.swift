internal import Algorithms

/// Names that a document asks about, by numbers in the order of their keys. Names that no rule asks about have the numbers
/// between.
struct NameOrder: Sendable {
  typealias Key = [UInt8]

  /// Behind all that begins with a key: more than any byte of a name.
  static let end: UInt8 = 0xFF

  /// Ascending, without repetition.
  private let keys: [Key]

  init(_ keys: Set<Key>) { self.keys = keys.sorted { $0.lexicographicallyPrecedes($1) } }

  /// Of one of the keys: an odd number; those between have even ones.
  func number(of key: Key) -> UInt128 {
    UInt128(2 * keys.partitioningIndex { !$0.lexicographicallyPrecedes(key) } + 1)
  }
}
