/// The place of an entry in its table, valid until that entry is removed.
///
/// A slot kept for longer is harmless: it means no entry, or the one that took the place.
public struct TableSlot: Hashable, Sendable {
  let index: Int

  init(_ index: Int) { self.index = index }
}
