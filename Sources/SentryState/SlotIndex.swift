/// Finds slots by hash: open addressing, a cache line at a time, and no tombstones.
///
/// One 32-bit word per slot, 16 words to a line. A word stands in its home, the line that its hash names, or where that is full
/// in the first line behind it with room. It is 0 where none stands, else from the highest bit down
/// - the tag, the upper bits of the hash: as many as are left over,
/// - the displacement, two bits: how many lines it stands behind its home, plus one; 3 is two lines or more,
/// - the slot, in as many bits as slots below `slotCapacity` need.
///
/// A hash has 32 bits: the line that it names takes the lower ones, and no bit serves for both.
///
/// Tag and displacement of all words of a line are compared at once, so that finding a slot costs one line that is seldom in the
/// cache and no branch that is hard to foresee, and an absent key almost never a look at a slot. At most half of the words are
/// taken: of a hundred lines not one is full.
///
/// A removed word leaves no mark behind: if its line was full, a word moves up that would rather stand there
/// (after Knuth, The Art of Computer Programming, vol. 3, §6.4, algorithm R). Its displacement says if it may, so that no slot
/// has to be fetched for its hash but those of words far from home, of which there are next to none.
struct SlotIndex: ~Copyable {
  static let maximumSlots = 1 << 24
  private static var lineWords: Int { 16 }

  private let words: ZeroedBuffer<UInt32>
  private let lineMask: Int
  private let slotMask: UInt32
  private let slotBits: UInt32
  private let tagMask: UInt32
  /// The displacement of a word in its home.
  private let noDisplacement: UInt32

  /// Room for `slots` slots, at most `maximumSlots`, or for as many as the system has memory for.
  init(slots: Int) {
    var count = Self.lineWords
    while count < 2 * slots { count *= 2 }
    words = ZeroedBuffer(atMost: count)
    precondition(words.count >= Self.lineWords, "a line takes no more memory than one of its words")
    lineMask = words.count / Self.lineWords - 1
    slotMask = UInt32(truncatingIfNeeded: words.count / 2 - 1)
    slotBits = UInt32(truncatingIfNeeded: slotMask.nonzeroBitCount)
    tagMask = ~(slotMask | 3 &<< slotBits)
    noDisplacement = 1 &<< slotBits
  }

  /// See `ZeroedBuffer`.
  func preferLargePages() { words.preferLargePages() }

  /// How many slots may be in the index at once; they are numbered from 0.
  var slotCapacity: Int { words.count / 2 }

  /// Has the line fetched in which a hash is looked for first.
  @inline(__always)
  func prefetch(hash: UInt32) { words.prefetch(home(of: hash) &* Self.lineWords) }

  /// The slot with this hash that `isSought`, or `nil`.
  @inline(__always)
  func slot(of hash: UInt32, where isSought: (_ slot: Int) -> Bool) -> Int? {
    var sought = firstWord(hash)
    var line = home(of: hash)
    while true {
      var matches = words.matches(inLine: line, mask: ~slotMask, sought)
      while matches != 0 {
        let slot = Int(words[Self.position(line, matches)] & slotMask)
        if isSought(slot) { return slot }
        matches &= matches &- 1
      }
      if !isFull(line) { return nil }
      line = (line &+ 1) & lineMask
      sought = displaced(sought)
    }
  }

  /// The first slot in the home of this hash whose word has it; `nil` if there is none there.
  @inline(__always)
  func likelySlot(of hash: UInt32) -> Int? {
    let line = home(of: hash)
    let matches = words.matches(inLine: line, mask: ~slotMask, firstWord(hash))
    return matches == 0 ? nil : Int(words[Self.position(line, matches)] & slotMask)
  }

  /// Where a word stands.
  struct Place {
    let line: Int
    let position: Int
  }

  /// The place of a slot that is in the index with this hash; `nil` if it is not.
  @inline(__always)
  func place(of slot: Int, hash: UInt32) -> Place? {
    var sought = firstWord(hash) | UInt32(truncatingIfNeeded: slot)
    var line = home(of: hash)
    while true {
      let matches = words.matches(inLine: line, mask: .max, sought)
      if matches != 0 { return Place(line: line, position: Self.position(line, matches)) }
      if !isFull(line) { return nil }
      line = (line &+ 1) & lineMask
      sought = displaced(sought)
    }
  }

  /// Adds a slot that is not there yet. There must be room.
  @inline(__always)
  mutating func insert(_ slot: Int, hash: UInt32) {
    assert(slot >= 0 && slot < slotCapacity)
    var word = firstWord(hash) | UInt32(truncatingIfNeeded: slot)
    var line = home(of: hash)
    while true {
      let free = emptyWords(in: line)
      if free != 0 {
        words[Self.position(line, free)] = word
        return
      }
      line = (line &+ 1) & lineMask
      word = displaced(word)
    }
  }

  /// Empties a place. `hash` tells the hash of a slot that stays.
  @inline(__always)
  mutating func remove(at place: Place, hash: (_ slot: Int) -> UInt32) {
    if isFull(place.line) { moveUp(behind: place, hash) } else { words[place.position] = 0 }
  }

  /// Empties a place in a full line.
  @inline(never)
  private mutating func moveUp(behind place: Place, _ hash: (_ slot: Int) -> UInt32) {
    var hole = place.position
    while isFull(hole / Self.lineWords), let next = wordBehind(hole, hash) {
      words[hole] = word(words[next.position], displacedBy: next.distance)
      hole = next.position
    }
    words[hole] = 0
  }

  /// Slots in the index, counted one by one: for checks.
  func countedSlots() -> Int {
    var count = 0
    for position in 0..<words.count where words[position] != 0 { count += 1 }
    return count
  }

  // MARK: Lines

  @inline(__always)
  private func home(of hash: UInt32) -> Int { Int(truncatingIfNeeded: hash) & lineMask }

  /// The position of the first of some words of a line, given by their bits.
  @inline(__always)
  private static func position(_ line: Int, _ bits: UInt32) -> Int {
    line &* lineWords &+ bits.trailingZeroBitCount
  }

  @inline(__always)
  private func emptyWords(in line: Int) -> UInt32 { words.matches(inLine: line, mask: .max, 0) }

  @inline(__always)
  private func isFull(_ line: Int) -> Bool { emptyWords(in: line) == 0 }

  /// A word behind a full line that may stand in it, and how far it is from home there; `nil` if there is none.
  private func wordBehind(_ hole: Int, _ hash: (_ slot: Int) -> UInt32) -> (position: Int, distance: Int)? {
    var line = hole / Self.lineWords
    var passed = 0
    while isFull(line) {
      line = (line &+ 1) & lineMask
      passed += 1
      var away = words.matches(inLine: line, mask: 2 &<< slotBits, 2 &<< slotBits)
      while away != 0 {
        let position = Self.position(line, away)
        let distance = displacement(of: words[position], in: line, hash)
        if distance >= passed { return (position, distance - passed) }
        away &= away &- 1
      }
    }
    return nil
  }

  // MARK: Words

  /// All of a word but its slot, in its home: the upper bits of the hash, and no lines behind.
  @inline(__always)
  private func firstWord(_ hash: UInt32) -> UInt32 { hash & tagMask | noDisplacement }

  /// Stands for two lines behind home, and for more.
  @inline(__always)
  private var mostDisplacement: UInt32 { 3 &<< slotBits }

  /// A word one line further from home.
  @inline(__always)
  private func displaced(_ word: UInt32) -> UInt32 {
    word & mostDisplacement == mostDisplacement ? word : word &+ noDisplacement
  }

  /// A word that stands so many lines behind home.
  @inline(__always)
  private func word(_ word: UInt32, displacedBy distance: Int) -> UInt32 {
    word & ~mostDisplacement | UInt32(truncatingIfNeeded: min(distance, 2) + 1) &<< slotBits
  }

  /// How many lines behind home a word stands.
  private func displacement(of word: UInt32, in line: Int, _ hash: (_ slot: Int) -> UInt32) -> Int {
    let bits = word & mostDisplacement
    if bits == mostDisplacement { return (line - home(of: hash(Int(word & slotMask)))) & lineMask }
    return Int(bits &>> slotBits) - 1
  }
}
