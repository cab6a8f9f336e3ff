import SentryTestSupport
import Testing

@testable import SentryState

@Suite struct SlotIndexTests {
  /// Every slot's hash comes from a short list, so that lines overflow, run into each other and around the end, and words of both
  /// move up.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func findsExactlyTheSlotsThatAreIn(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let slotCount = 64
    let hashes = (0..<slotCount).map { _ in
      UInt32.random(in: 5..<8, using: &random) | UInt32.random(in: 0..<3, using: &random) << 28
    }
    var index = SlotIndex(slots: slotCount)
    var present: Set<Int> = []
    // Full now and then, nearly empty in between.
    for step in 0..<1_000 {
      let isFilling = step / 100 % 2 == 0
      let slot = Int.random(in: 0..<slotCount, using: &random)
      if present.contains(slot), let place = index.place(of: slot, hash: hashes[slot]) {
        if isFilling, Bool.random(using: &random) { continue }
        index.remove(at: place) { hashes[$0] }
        present.remove(slot)
      } else if isFilling || Bool.random(using: &random) {
        index.insert(slot, hash: hashes[slot])
        present.insert(slot)
      }
      for slot in 0..<slotCount {
        #expect(index.slot(of: hashes[slot]) { $0 == slot } == (present.contains(slot) ? slot : nil))
        #expect((index.place(of: slot, hash: hashes[slot]) != nil) == present.contains(slot))
      }
      #expect(index.countedSlots() == present.count)
    }
  }

  /// Words that stand lines behind their home come back to it as those before them go.
  @Test(arguments: [1, 15, 16, 17, 31, 32, 33, 48, 49, 64, 100, 127])
  func longRunsMoveUp(others: Int) throws {
    var index = SlotIndex(slots: 128)
    for slot in 0..<others { index.insert(slot, hash: 14) }
    index.insert(127, hash: 15)
    for slot in 0..<others {
      let place = index.place(of: slot, hash: 14)
      index.remove(at: try #require(place)) { $0 == 127 ? 15 : 14 }
      for left in slot + 1..<others { #expect(index.slot(of: 14) { $0 == left } == left) }
      #expect(index.slot(of: 15) { $0 == 127 } == 127)
    }
    // Home again, in the last of 16 lines.
    #expect(index.place(of: 127, hash: 15)?.line == 15)
  }

  @Test func holdsTheHighestSlotNumber() {
    let highest = SlotIndex.maximumSlots - 1
    var index = SlotIndex(slots: SlotIndex.maximumSlots)
    index.insert(highest, hash: 0)
    index.insert(0, hash: 0)
    #expect(index.slot(of: 0) { $0 == highest } == highest)
    #expect(index.slot(of: 0) { $0 == 0 } == 0)
    #expect(index.slot(of: 0) { $0 == 1 } == nil)
  }

  /// With at most half of the positions taken, a search always comes to an empty one. The least there is, is a line of 16.
  @Test(arguments: [1, 2, 3, 4, 5, 8, 9, 1_000, 1_024, 131_072])
  func hasTwoPositionsForEachSlot(slots: Int) {
    let index = SlotIndex(slots: slots)
    #expect(index.slotCapacity >= slots)
    #expect(index.slotCapacity < 2 * max(slots, 5))
  }
}
