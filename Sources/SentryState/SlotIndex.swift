/// Finds slots by hash: open addressing with linear probing, and no tombstones.
///
/// One 32-bit word per position: 0 where it is empty, else the slot in the low 24 bits under eight bits of the hash, the tag
/// (1...255). A probe compares tags first, so an absent key almost never costs a look at a slot. At most half of the positions
/// are taken, which keeps runs short and lets every probe end.
///
/// A removed word leaves no mark behind: the words after it that would rather stand in its place move up
/// (Knuth, The Art of Computer Programming, vol. 3, §6.4, algorithm R).
struct SlotIndex: ~Copyable {
  /// Slots have 24 bits here.
  static let maximumSlots = 1 << 24

  private let words: ZeroedBuffer<UInt32>
  private let mask: Int

  /// Room for `slots` slots, at most `maximumSlots`, or for as many as the system has memory for.
  init(slots: Int) {
    var positions = 2
    while positions < 2 * slots { positions *= 2 }
    words = ZeroedBuffer(atMost: positions)
    mask = words.count - 1
  }

  /// How many slots may be in the index at once.
  var slotCapacity: Int { words.count / 2 }

  /// The position of the slot with this hash that `isSought`, or `nil`.
  @inline(__always)
  func position(of hash: UInt64, where isSought: (_ slot: Int) -> Bool) -> Int? {
    let tag = Self.tag(of: hash)
    var position = home(of: hash)
    while true {
      let word = words[position]
      if word == 0 { return nil }
      if word & Self.tagMask == tag, isSought(slot(in: word)) { return position }
      position = (position + 1) & mask
    }
  }

  /// The slot at a position that `position(of:where:)` gave.
  @inline(__always)
  func slot(at position: Int) -> Int { slot(in: words[position]) }

  /// Adds a slot that is not there yet. There must be room.
  @inline(__always)
  mutating func insert(_ slot: Int, hash: UInt64) {
    var position = home(of: hash)
    while words[position] != 0 { position = (position + 1) & mask }
    words[position] = Self.tag(of: hash) | UInt32(truncatingIfNeeded: slot)
  }

  /// Empties a position. `hash` tells the hash of a slot that stays.
  @inline(__always)
  mutating func remove(at position: Int, hash: (_ slot: Int) -> UInt64) {
    var hole = position
    var next = (position + 1) & mask
    while words[next] != 0 {
      let distanceFromHome = (next - home(of: hash(slot(at: next)))) & mask
      let distanceFromHole = (next - hole) & mask
      if distanceFromHome >= distanceFromHole {
        words[hole] = words[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    words[hole] = 0
  }

  /// Slots in the index, counted one by one: for checks.
  func countedSlots() -> Int {
    var count = 0
    for position in 0..<words.count where words[position] != 0 { count += 1 }
    return count
  }

  // MARK: Words

  private static var tagMask: UInt32 { 0xFF00_0000 }

  /// The upper eight bits of the hash, never 0.
  @inline(__always)
  private static func tag(of hash: UInt64) -> UInt32 {
    let tag = UInt32(truncatingIfNeeded: hash >> 32) & tagMask
    return tag == 0 ? 0x0100_0000 : tag
  }

  @inline(__always)
  private func slot(in word: UInt32) -> Int { Int(word & ~Self.tagMask) }

  @inline(__always)
  private func home(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & mask }
}
