import SentryEngine
import SentryJournal
import SentryPacket
import SentryState
import Testing

@testable import SentryService

@Suite struct TablePartsTests {
  private func copy(_ kind: AddressTableKind, _ count: UInt32, isEverything: Bool = false) -> TableCopy {
    let entries = (0..<count).map { PlacedEntry(place: AddressPlace(number: $0), entry: nil) }
    return TableCopy(kind: kind, isEverything: isEverything, entries: entries)
  }

  /// The kinds and the numbers of rows of all parts.
  private func parts(_ tables: TableCopy...) -> [[String]] {
    TableParts(tables, limit: 10).map { part in part.map { "\($0.kind.name) \($0.entries.count)" } }
  }

  @Test func whatIsFewIsOnePart() {
    #expect(parts() == [])
    #expect(parts(copy(.trigger, 3), copy(.invalid, 7)) == [["trigger 3", "invalid 7"]])
  }

  @Test func whatIsManyIsDivided() {
    #expect(
      parts(copy(.trigger, 25), copy(.address, 6))
        == [["trigger 10"], ["trigger 10"], ["trigger 5", "address 5"], ["address 1"]])
    #expect(parts(copy(.trigger, 10), copy(.address, 1)) == [["trigger 10"], ["address 1"]])
  }

  @Test func nothingIsLeftOutOrSaidTwice() {
    let table = copy(.trigger, 1_234)
    let parts = Array(TableParts([table], limit: 100))
    #expect(parts.count == 13)
    #expect(parts.flatMap { $0 }.flatMap(\.entries) == table.entries)
  }

  @Test func aWholeTableStandsByItself() {
    #expect(
      parts(copy(.trigger, 3), copy(.address, 25, isEverything: true), copy(.invalid, 2))
        == [["trigger 3"], ["address 25"], ["invalid 2"]])
  }
}
