import SentryTestSupport
import Testing

@testable import SentryState

@Suite struct SlotIndexTests {
  /// Every slot's hash comes from a short list, so that runs of words collide, wrap around the end and move up.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func findsExactlyTheSlotsThatAreIn(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let slotCount = 16
    let hashes = (0..<slotCount).map { _ in
      UInt64.random(in: 24..<34, using: &random) | UInt64.random(in: 0..<3, using: &random) << 56
    }
    var index = SlotIndex(slots: slotCount)
    var present: Set<Int> = []
    for _ in 0..<500 {
      let slot = Int.random(in: 0..<slotCount, using: &random)
      if present.contains(slot), let position = index.position(of: slot, hash: hashes[slot]) {
        index.remove(at: position) { hashes[$0] }
        present.remove(slot)
      } else {
        index.insert(slot, hash: hashes[slot])
        present.insert(slot)
      }
      for slot in 0..<slotCount {
        let position = index.position(of: hashes[slot]) { $0 == slot }
        #expect((position != nil) == present.contains(slot))
        #expect(position == index.position(of: slot, hash: hashes[slot]))
        #expect(position.map { index.slot(at: $0) } ?? slot == slot)
      }
      #expect(index.countedSlots() == present.count)
    }
  }

  /// Words that stand far behind their home come back to it as those before them go.
  @Test(arguments: [1, 3, 4, 5, 13, 14, 15, 16, 17, 100])
  func longRunsMoveUp(others: Int) throws {
    let sameHome = 0..<others
    var index = SlotIndex(slots: 128)
    for slot in sameHome { index.insert(slot, hash: 250) }
    index.insert(127, hash: 251)
    let hash = { (slot: Int) in slot == 127 ? 251 : 250 } as (Int) -> UInt64
    for slot in sameHome {
      let position = index.position(of: slot, hash: 250)
      index.remove(at: try #require(position), hash: hash)
      for left in (slot + 1)..<others { #expect(index.position(of: 250) { $0 == left } != nil) }
      #expect(index.position(of: 251) { $0 == 127 } == index.position(of: 127, hash: 251))
    }
    #expect(index.position(of: 127, hash: 251) == 251)
  }

  @Test func holdsTheHighestSlotNumber() {
    let highest = SlotIndex.maximumSlots - 1
    var index = SlotIndex(slots: SlotIndex.maximumSlots)
    index.insert(highest, hash: 0)
    index.insert(0, hash: 0)
    #expect(index.position(of: 0) { $0 == highest }.map { index.slot(at: $0) } == highest)
    #expect(index.position(of: 0) { $0 == 0 }.map { index.slot(at: $0) } == 0)
    #expect(index.position(of: 0) { $0 == 1 } == nil)
  }

  /// With at most half of the positions taken, a search always comes to an empty one.
  @Test(arguments: [1, 2, 3, 4, 5, 1_000, 1_024, 131_072])
  func hasTwoPositionsForEachSlot(slots: Int) {
    let index = SlotIndex(slots: slots)
    #expect(index.slotCapacity >= slots)
    #expect(index.slotCapacity < 2 * max(slots, 1))
  }
}
