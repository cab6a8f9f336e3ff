import SentryPacket
import Testing

@testable import SentryEngine
@testable import SentryJournal

@Suite struct StoreVerdictTests {
  /// 2023-11-14 00:00 UTC.
  private let midnight: Int64 = 1_699_920_000
  private let always = TrafficPeriod(since: Timestamp(seconds: 0), until: Timestamp(seconds: 8_000_000_000))

  private func totals(passed: Int, deleted: Int) -> EngineTotals {
    var totals = EngineTotals()
    for _ in 0..<passed { totals.count(.pass, .inbound, bytes: 60) }
    for _ in 0..<deleted { totals.count(.delete, .outbound, bytes: 40) }
    return totals
  }

  @Test func bytesAreCountedByVerdictAndDirection() {
    let totals = totals(passed: 2, deleted: 3)
    #expect(totals.bytes(of: .pass) == 120)
    #expect(totals.bytes(of: .pass, .inbound) == 120)
    #expect(totals.bytes(of: .delete, .inbound) == 0)
    #expect(totals.bytes(of: .delete, .outbound) == 120)
    #expect(totals.bytes == 240)
  }

  @Test func tallyTellsWhatIsNew() {
    var tally = VerdictTally()
    tally.note(totals(passed: 5, deleted: 0), seconds: midnight + 3)
    tally.note(totals(passed: 7, deleted: 1), seconds: midnight + 61)
    #expect(
      tally.rows == [
        VerdictRow(minute: midnight, verdict: .pass, packets: 5),
        VerdictRow(minute: midnight + 60, verdict: .pass, packets: 2),
        VerdictRow(minute: midnight + 60, verdict: .delete, packets: 1),
      ])
    tally.remove(tally.rows)
    #expect(!tally.hasRows)
    tally.note(totals(passed: 7, deleted: 1), seconds: midnight + 70)
    #expect(!tally.hasRows)
  }

  /// However long the disk is gone, there is an end to what waits, and nothing is missing in the sum.
  @Test func whatWaitsIsBounded() {
    var tally = VerdictTally()
    var totals = EngineTotals()
    for minute in 0..<20_000 {
      tally.note(totals, seconds: midnight + Int64(minute) * 60)
      totals.count(.pass, .inbound, bytes: 60)
      totals.count(.delete, .inbound, bytes: 60)
    }
    #expect(tally.rows.count <= 6 * 26 * 60 + 2)
    #expect(tally.rows.reduce(0) { $0 + $1.packets } == 2 * 19_999)
  }

  @Test func eachScaleAddsUpToTheSameAndGoesInItsTime() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path, timeZone: .gmt)
    let daemon = Daemon()
    func write(_ verdicts: [VerdictRow], at seconds: Int64) async throws {
      var batch = StoreBatch()
      batch.verdicts = verdicts
      try await store.write(batch, words: daemon.words, retention: Retention(), now: Timestamp(seconds: seconds))
    }
    try await write(
      [
        VerdictRow(minute: midnight, verdict: .pass, packets: 5),
        VerdictRow(minute: midnight + 60, verdict: .pass, packets: 2),
        VerdictRow(minute: midnight + 60, verdict: .routeTo, packets: 1),
      ], at: midnight + 100)
    try await write([VerdictRow(minute: midnight + 60, verdict: .pass, packets: 3)], at: midnight + 110)
    let reader = try StoreReader(path: folder.database)
    #expect(
      try reader.verdicts(.minute, always) == [
        VerdictSpan(start: Timestamp(seconds: midnight), verdict: .pass, packets: 5),
        VerdictSpan(start: Timestamp(seconds: midnight + 60), verdict: .pass, packets: 5),
        VerdictSpan(start: Timestamp(seconds: midnight + 60), verdict: .routeTo, packets: 1),
      ])
    for scale in TrafficScale.allCases {
      #expect(try reader.verdicts(scale, always).reduce(0) { $0 + $1.packets } == 11)
    }
    // A day and a half later the minutes are gone, the rest stays.
    try await write([], at: midnight + 130_000)
    #expect(try reader.verdicts(.minute, always).isEmpty)
    #expect(try reader.verdicts(.hour, always).reduce(0) { $0 + $1.packets } == 11)
  }

  @Test(arguments: Verdict.allCases)
  func numbersInTheDatabaseLeadBack(_ verdict: Verdict) {
    #expect(Verdict(stored: verdict.stored) == verdict)
    #expect(Verdict(stored: 99) == nil)
  }
}
