import Foundation
import SentryControl
import SentryJournal
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryService

@Suite struct LogReadingTests {
  /// What a page reads of a line.
  private struct Line: Decodable { var id: Int64?, source: String?, rule: String, message: String? }

  private static func lines(_ api: APIClient, _ query: String = "") async throws -> [Line] {
    let response = try await api.response(ControlPath.log + query)
    #expect(response.status == .ok)
    return try String(buffer: response.body).split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }

  private static func fill(_ api: APIClient) async throws {
    for number in 1...5 { try await api.daemon.judge(Packets.udp(from: "203.0.113.\(number)")) }
    try await api.daemon.judge(Packets.telnet(from: "203.0.113.77"))
    try await waitUntil("all is logged") { api.daemon.journal.recent().count { $0.message == nil } == 6 }
  }

  /// In the daemon's memory and on its disk the same.
  @Test(arguments: [false, true])
  func logIsFilteredAndPaged(_ isKept: Bool) async throws {
    let folder = try TemporaryFolder()
    try await withAPI(memory: MemoryOptions(directory: isKept ? folder.url.path : nil)) { api in
      try await Self.fill(api)
      let all = try await Self.lines(api, "?rule=2")
      #expect(all.map(\.source) == (1...5).map { "203.0.113.\($0):40000" })
      let ids = all.compactMap(\.id)
      #expect(ids.count == 5 && ids == ids.sorted())
      let latest = try await Self.lines(api, "?rule=2&limit=2")
      #expect(latest.map(\.source) == ["203.0.113.4:40000", "203.0.113.5:40000"])
      let older = try await Self.lines(api, "?rule=2&limit=2&before=\(latest[0].id ?? 0)")
      #expect(older.map(\.source) == ["203.0.113.2:40000", "203.0.113.3:40000"])
      #expect(try await Self.lines(api, "?address=203.0.113.77").map(\.rule) == ["1 telnet"])
      #expect(try await Self.lines(api, "?verdict=delete").count == 1)
      #expect(try await Self.lines(api, "?until=1000").isEmpty)
      let withWords = try await Self.lines(api, "?text=TELN%20113.77")
      #expect(withWords.map(\.source) == [all.isEmpty ? nil : "203.0.113.77:40000"])
      let minutes: LogMinutesReply = try await api.get("\(ControlPath.logMinutes)?rule=2")
      #expect(minutes.step == 60)
      #expect(minutes.counts.reduce(0) { $0 + ($1["log"] ?? 0) } == 5)
      let ofWords: LogMinutesReply = try await api.get("\(ControlPath.logMinutes)?text=telnet")
      #expect(ofWords.counts.flatMap(\.keys) == ["delete"])
      #expect(minutes.counts.count <= 62)
    }
  }

  /// Entries of a daemon before this one, too.
  @Test func followingBeginsWithWhatIsKept() async throws {
    let folder = try TemporaryFolder()
    let memory = MemoryOptions(directory: folder.url.path)
    try await withAPI(memory: memory) { api in try await Self.fill(api) }
    try await withAPI(memory: memory) { api in
      var question = LogQuestion()
      question.filter.rule = "2"
      question.limit = 2
      let entries = try await api.daemon.followedLog(question)
      try await api.daemon.judge(Packets.telnet(from: "203.0.113.78"))
      try await api.daemon.judge(Packets.udp(from: "203.0.113.9"))
      let told = try await Self.first(3, of: entries)
      #expect(told.map { $0.entry.source } == ["203.0.113.4:40000", "203.0.113.5:40000", "203.0.113.9:40000"])
      #expect(told.map { $0.id == nil } == [false, false, true])
    }
  }

  @Test func whatComesWhileTheLatestAreReadIsToldOnce() async throws {
    let now = WallClock.now()
    let entries = [Int64(1), 2, 3].map { LogEntry(time: now.adding(seconds: $0), message: "at \($0)") }
    let (coming, continuation) = AsyncStream.makeStream(of: LogEntry.self)
    for entry in entries { continuation.yield(entry) }
    let lines = [LogLine(id: 7, entry: entries[0]), LogLine(id: 8, entry: entries[1])]
    let told = try await Self.first(3, of: FollowedEntries(EventFilter(), latest: lines, coming, since: now))
    #expect(told.map { $0.entry } == entries)
  }

  private struct Enough: Error {}

  private static func first(_ count: Int, of entries: FollowedEntries) async throws -> [LogLine] {
    var told: [LogLine] = []
    do {
      try await entries.forEach { line in
        told.append(line)
        if told.count == count { throw Enough() }
      }
    } catch is Enough {}
    return told
  }

  @Test func longTimesHaveLongerSteps() {
    let day = LogSteps(since: 1_000_000, until: 1_000_000 + 30 * 86_400)
    #expect(day.step % 60 == 0)
    #expect(day.count <= LogMinutesReply.mostSteps)
    #expect(day.start <= 1_000_000 && day.start % day.step == 0)
    #expect(day.start + Int64(day.count) * day.step >= 1_000_000 + 30 * 86_400)
  }
}
