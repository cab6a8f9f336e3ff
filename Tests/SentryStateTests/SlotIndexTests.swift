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
      if present.contains(slot), let position = index.position(of: hashes[slot], where: { $0 == slot }) {
        index.remove(at: position) { hashes[$0] }
        present.remove(slot)
      } else {
        index.insert(slot, hash: hashes[slot])
        present.insert(slot)
      }
      for slot in 0..<slotCount {
        let position = index.position(of: hashes[slot]) { $0 == slot }
        #expect((position != nil) == present.contains(slot))
        #expect(position.map { index.slot(at: $0) } ?? slot == slot)
      }
      #expect(index.countedSlots() == present.count)
    }
  }

  @Test func holdsTheHighestSlotNumber() {
    let highest = SlotIndex.maximumSlots - 1
    var index = SlotIndex(slots: 4)
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
