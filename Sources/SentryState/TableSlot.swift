/// The place of an entry in its table, valid until that entry is removed.
///
/// A slot kept for longer is harmless: it means no entry, or the one that took the place.
public struct TableSlot: Hashable, Sendable {
  let index: Int

  init(_ index: Int) { self.index = index }

  /// The place of an entry in the ranges of an address table.
  init(range index: Int) { self.index = ~index }

  /// The place among the ranges; `nil` for any other entry.
  var range: Int? { index < 0 ? ~index : nil }
}
