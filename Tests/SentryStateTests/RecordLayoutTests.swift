import Testing

@testable import SentryState

/// What an entry costs, its eight bytes of index apart: bytes that padding or a new field adds are noticed here.
@Suite struct RecordLayoutTests {
  @Test func anAddressTakes48Bytes() { #expect(MemoryLayout<AddressRecord>.stride == 48) }
  @Test func aRangeTakes64Bytes() { #expect(MemoryLayout<RangeRecord>.stride == 64) }
  @Test func aFlowTakes112Bytes() { #expect(MemoryLayout<ConnectionRecord>.stride == 112) }
  @Test func aDatagramTakes64Bytes() { #expect(MemoryLayout<FragmentRecord>.stride == 64) }
  @Test func anOwnersFlowTakes96Bytes() { #expect(MemoryLayout<OwnerRecord>.stride == 96) }
  @Test func aSourceTakes48Bytes() { #expect(MemoryLayout<SourceRateRecord>.stride == 48) }
}
