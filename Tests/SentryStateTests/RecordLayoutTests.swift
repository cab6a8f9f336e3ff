import Testing

@testable import SentryState

/// What an entry costs, its eight bytes of index and eight of links apart: bytes that padding or a new field adds are noticed here.
@Suite struct RecordLayoutTests {
  @Test func anAddressTakes40Bytes() { #expect(MemoryLayout<AddressRecord>.stride == 40) }
  @Test func aRangeTakes56Bytes() { #expect(MemoryLayout<RangeRecord>.stride == 56) }
  @Test func aFlowTakes104Bytes() { #expect(MemoryLayout<ConnectionRecord>.stride == 104) }
  @Test func aDatagramTakes56Bytes() { #expect(MemoryLayout<FragmentRecord>.stride == 56) }
  @Test func anOwnersFlowTakes96Bytes() { #expect(MemoryLayout<OwnerRecord>.stride == 96) }
  @Test func aSourceTakes40Bytes() { #expect(MemoryLayout<SourceRateRecord>.stride == 40) }
}
