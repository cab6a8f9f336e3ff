/// Names that a document asks about, by numbers in the order of their keys. Names that no rule asks about have the numbers
/// between.
struct NameOrder: Sendable {
  typealias Key = [UInt8]

  /// Behind all that begins with a key: more than any byte of a name.
  static let end: UInt8 = 0xFF

  /// Ascending, without repetition.
  private let keys: [Key]

  init(_ keys: Set<Key>) { self.keys = keys.sorted { $0.lexicographicallyPrecedes($1) } }

  /// Of one of the keys, by binary search: an odd number; those between have even ones.
  func number(of key: Key) -> UInt128 {
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = (low + high) / 2
      if keys[middle].lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
    }
    return UInt128(2 * low + 1)
  }
}
