/// Finds slots by hash: open addressing with linear probing, and no tombstones.
///
/// One 32-bit word per position: 0 where it is empty, else from the highest bit down
/// - the tag, bits of the hash: as many as are left over,
/// - the displacement, four bits: how many positions a word stands behind its home, the one its hash names, plus one; 15 is 14
///   positions or more,
/// - the slot, in as many bits as slots below `slotCapacity` need.
///
/// A probe compares tag and displacement first, so an absent key almost never costs a look at a slot. At most half of the
/// positions are taken, which keeps runs short and lets every probe end.
///
/// A removed word leaves no mark behind: the words after it that would rather stand in its place move up
/// (Knuth, The Art of Computer Programming, vol. 3, §6.4, algorithm R). Their displacement says how far they may, so that no
/// slot has to be fetched for its hash but those of words far from home, of which there are few in a thousand.
struct SlotIndex: ~Copyable {
  static let maximumSlots = 1 << 24

  private let words: ZeroedBuffer<UInt32>
  private let mask: Int
  private let slotMask: UInt32
  private let slotBits: UInt32

  /// Room for `slots` slots, at most `maximumSlots`, or for as many as the system has memory for.
  init(slots: Int) {
    var positions = 2
    while positions < 2 * slots { positions *= 2 }
    words = ZeroedBuffer(atMost: positions)
    mask = words.count - 1
    slotMask = UInt32(truncatingIfNeeded: words.count / 2 - 1)
    slotBits = UInt32(truncatingIfNeeded: slotMask.nonzeroBitCount)
  }

  /// How many slots may be in the index at once; they are numbered from 0.
  var slotCapacity: Int { words.count / 2 }

  /// The position of the slot with this hash that `isSought`, or `nil`.
  @inline(__always)
  func position(of hash: UInt64, where isSought: (_ slot: Int) -> Bool) -> Int? {
    var sought = tag(of: hash) | firstDisplacement
    var position = home(of: hash)
    while true {
      let word = words[position]
      if word == 0 { return nil }
      if word & ~slotMask == sought, isSought(slot(in: word)) { return position }
      position = (position + 1) & mask
      sought = displaced(sought)
    }
  }

  /// The position of a slot that is in the index with this hash; `nil` if it is not.
  @inline(__always)
  func position(of slot: Int, hash: UInt64) -> Int? {
    let number = UInt32(truncatingIfNeeded: slot)
    var position = home(of: hash)
    while true {
      let word = words[position]
      if word == 0 { return nil }
      if word & slotMask == number { return position }
      position = (position + 1) & mask
    }
  }

  /// The slot at a position that `position(of:where:)` gave.
  @inline(__always)
  func slot(at position: Int) -> Int { slot(in: words[position]) }

  /// Adds a slot that is not there yet. There must be room.
  @inline(__always)
  mutating func insert(_ slot: Int, hash: UInt64) {
    assert(slot >= 0 && slot < slotCapacity)
    var word = tag(of: hash) | firstDisplacement | UInt32(truncatingIfNeeded: slot)
    var position = home(of: hash)
    while words[position] != 0 {
      position = (position + 1) & mask
      word = displaced(word)
    }
    words[position] = word
  }

  /// Empties a position. `hash` tells the hash of a slot that stays.
  @inline(__always)
  mutating func remove(at position: Int, hash: (_ slot: Int) -> UInt64) {
    var hole = position
    var next = (position + 1) & mask
    while words[next] != 0 {
      let distanceFromHome = displacement(of: words[next], at: next, hash)
      let distanceFromHole = (next - hole) & mask
      if distanceFromHome >= distanceFromHole {
        words[hole] = word(words[next], displacedBy: distanceFromHome - distanceFromHole)
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

  /// No positions behind home.
  @inline(__always)
  private var firstDisplacement: UInt32 { 1 &<< slotBits }

  /// All four bits; stands for this many positions less one, and for more.
  @inline(__always)
  private var mostDisplacement: UInt32 { 15 &<< slotBits }

  /// The upper bits of the hash.
  @inline(__always)
  private func tag(of hash: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: hash >> 32) & ~(mostDisplacement | slotMask)
  }

  /// A word one position further from home.
  @inline(__always)
  private func displaced(_ word: UInt32) -> UInt32 {
    word & mostDisplacement == mostDisplacement ? word : word &+ firstDisplacement
  }

  /// A word that stands at so many positions behind home.
  @inline(__always)
  private func word(_ word: UInt32, displacedBy distance: Int) -> UInt32 {
    let displacement = UInt32(truncatingIfNeeded: min(distance, 14) + 1) &<< slotBits
    return word & ~mostDisplacement | displacement
  }

  /// How many positions behind home a word stands.
  @inline(__always)
  private func displacement(of word: UInt32, at position: Int, _ hash: (_ slot: Int) -> UInt64) -> Int {
    let bits = word & mostDisplacement
    if bits == mostDisplacement { return (position - home(of: hash(slot(in: word)))) & mask }
    return Int(bits &>> slotBits) - 1
  }

  @inline(__always)
  private func slot(in word: UInt32) -> Int { Int(word & slotMask) }

  @inline(__always)
  private func home(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & mask }
}
