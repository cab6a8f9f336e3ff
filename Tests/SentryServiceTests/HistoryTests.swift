import SentryControl
import SentryEngine
import SentryJournal
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryService

@Suite struct HistoryTests {
  private static func sample(_ second: Int64, passed: UInt64, deleted: UInt64 = 0, bytes: UInt64 = 0) -> Pulse.Sample {
    var sample = Pulse.Sample(second: second, packets: .init(repeating: 0), bytesIn: bytes, bytesOut: 0)
    sample.packets[Int(Verdict.pass.rawValue)] = passed
    sample.packets[Int(Verdict.delete.rawValue)] = deleted
    return sample
  }

  @Test func minuteHasOneNumberASecond() throws {
    let frame = try #require(HistoryFrame(span: 60))
    let pieces = HistoryPiece.all(between: [
      Self.sample(1_000, passed: 0), Self.sample(1_001, passed: 5, bytes: 500),
      Self.sample(1_002, passed: 5, deleted: 2, bytes: 500),
    ])
    let reply = HistoryReply(frame, pieces, now: 1_002)
    #expect(reply.step == 1)
    #expect(reply.start == 942)
    #expect(reply.series.map(\.name) == ["pass", "delete"])
    #expect(reply.series[0].values.count == 60)
    #expect(reply.series[0].values.suffix(3) == [0, 5, 0])
    #expect(reply.series[1].values.suffix(2) == [0, 2])
    #expect(reply.bytes.in.suffix(2) == [500, 0])
    #expect(reply.knownSince == 1_000)
  }

  /// Of a step that has only begun, its seconds so far count.
  @Test func stepUnderWayCountsItsSecondsSoFar() throws {
    let frame = try #require(HistoryFrame(span: 3_600))
    let start: Int64 = 12_000
    let pieces = HistoryPiece.all(between: (0...6).map { Self.sample(start + $0, passed: UInt64($0) * 10) })
    let reply = HistoryReply(frame, pieces, now: start + 6)
    #expect(reply.start + 3_600 == start + 12)
    #expect(reply.series.first?.values.last == 10)
    #expect(reply.series.first?.values.count == 300)
  }

  @Test(arguments: HistoryReply.spans)
  func noSpanHasMorePointsThanCanBeDrawn(_ span: Int) throws {
    let frame = try #require(HistoryFrame(span: span))
    #expect(frame.span / frame.step <= 300)
    #expect(frame.span % frame.step == 0)
  }

  /// A clock that was set back tells nothing.
  @Test func clockThatIsSetBackMakesNoTraffic() {
    let pieces = HistoryPiece.all(between: [Self.sample(1_000, passed: 5), Self.sample(900, passed: 9)])
    #expect(pieces.isEmpty)
  }

  @Test func pulseKeepsTheLatestHour() {
    var pulse = Pulse()
    for second in 0..<5_000 as Range<Int64> { pulse.note(EngineTotals(), second: second) }
    let samples = pulse.samples(.max)
    #expect(samples.count == Pulse.capacity)
    #expect(samples.first?.second == 5_000 - Int64(Pulse.capacity))
    #expect(samples.last?.second == 4_999)
    #expect(pulse.samples(2).map(\.second) == [4_998, 4_999])
  }

  @Test func longHistoryComesFromTheDisk() async throws {
    let folder = try TemporaryFolder()
    try await withAPI(memory: MemoryOptions(directory: folder.url.path)) { api in
      try await api.daemon.judge(Packets.udp(from: "203.0.113.1"), count: 6)
      try await api.daemon.judge(Packets.telnet(from: "203.0.113.2"), count: 3)
      _ = await api.daemon.flushMemory()
      let day: HistoryReply = try await api.get("\(ControlPath.history)?span=86400")
      #expect(day.step == 300)
      #expect(day.series.map(\.name) == ["pass", "delete"])
      let perSecond = day.series.map { $0.values.reduce(0, +) }
      #expect(perSecond[0] > 0 && perSecond[1] > 0)
      #expect(abs(perSecond[0] / perSecond[1] - 2) < 0.1)
      let top: TrafficReply = try await api.get("\(ControlPath.traffic)?span=3600&by=host")
      #expect(top.rows.map(\.name) == ["203.0.113.1"])
      #expect(top.rows.first?.packetsIn == 6)
      let rules: TrafficReply = try await api.get("\(ControlPath.traffic)?span=3600&by=rule")
      #expect(rules.rows.isEmpty)
      #expect(rules.note?.contains("underscore") == true)
      let blocked: TrafficReply = try await api.get("\(ControlPath.traffic)?span=3600&by=blocked")
      #expect(blocked.rows.map(\.name) == ["203.0.113.2"])
      #expect(blocked.rows.first?.packetsIn == 3)
      #expect(blocked.note == nil)
    }
  }

  /// What an earlier daemon has left on the disk, by the minute.
  @Test func theLastHourGoesBackBeforeTheStart() async throws {
    let folder = try TemporaryFolder()
    let (now, labels) = (WallClock.now(), RuleLabels())
    let minute = now.seconds - now.seconds % 60 - 600
    do {
      let store = try Store(directory: folder.url.path)
      var batch = StoreBatch()
      batch.verdicts = [VerdictRow(minute: minute, verdict: .delete, packets: 31)]
      _ = try await store.write(
        batch, words: EventWords(labels: labels, interfaces: [], isDryRun: false), retention: Retention(), now: now)
      store.close()
    }
    try await withAPI(memory: MemoryOptions(directory: folder.url.path)) { api in
      let reply: HistoryReply = try await api.get("\(ControlPath.history)?span=3600")
      #expect(reply.knownSince == minute)
      let deleted = try #require(reply.series.first { $0.name == "delete" })
      let first = Int(minute - reply.start) / 12
      #expect(deleted.values[first..<first + 5].map { ($0 * 12).rounded() } == [7, 6, 6, 6, 6])
      #expect((deleted.values.reduce(0, +) * 12).rounded() == 31)
    }
  }

  @Test func trafficOfATimeIsThatOfNoOther() async throws {
    let folder = try TemporaryFolder()
    try await withAPI(memory: MemoryOptions(directory: folder.url.path)) { api in
      try await api.daemon.judge(Packets.udp(from: "203.0.113.1"), count: 6)
      let now = Int(WallClock.now().seconds)
      let around: TrafficReply = try await api.get(
        "\(ControlPath.traffic)?by=host&since=\(now - 300)&until=\(now + 60)")
      #expect(around.rows.map(\.packetsIn) == [6])
      #expect(around.span == 360)
      let before: TrafficReply = try await api.get(
        "\(ControlPath.traffic)?by=host&since=\(now - 900)&until=\(now - 300)")
      #expect(before.rows.isEmpty)
      let response = try await api.response("\(ControlPath.traffic)?since=100&until=50")
      #expect(response.failure.contains("since must be before until"))
    }
  }

  /// Rules that only lead to others match whatever these do.
  @Test func rulesAreToldByTheirMatches() async throws {
    let document = """
      { rules = ( { nodeName = all; enabled = 1; propertyName = Any; children = (
          { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Delete; },
          { nodeName = ssh; enabled = 1; propertyName = "Dest port"; propertyValue = 22; filterActionName = Delete; }
      ); } ); }
      """
    try await withAPI(document) { api in
      try await api.daemon.judge(Packets.telnet(from: "203.0.113.2"), count: 3)
      let reply: TrafficReply = try await api.get("\(ControlPath.traffic)?span=60&by=matches")
      #expect(reply.rows.map(\.name) == ["1.1 telnet"])
      #expect(reply.rows.first?.packetsIn == 3)
    }
  }

  struct BadQuestion: Sendable, CustomTestStringConvertible {
    let testDescription: String, uri: String, says: String
  }

  @Test(arguments: [
    BadQuestion(testDescription: "a span in words", uri: "/v1/history?span=day", says: "'day' is no span"),
    BadQuestion(testDescription: "another span", uri: "/v1/history?span=61", says: "there are 60, 3600, 86400"),
    BadQuestion(testDescription: "an unknown order", uri: "/v1/traffic?by=colour", says: "there are service, host"),
    BadQuestion(testDescription: "too many rows", uri: "/v1/traffic?limit=100000", says: "from 1 to 500"),
    BadQuestion(testDescription: "an unknown sort", uri: "/v1/connections?sort=best", says: "there are rate, bytes"),
    BadQuestion(testDescription: "no address", uri: "/v1/connections?address=hello", says: "hello"),
    BadQuestion(testDescription: "an unknown verdict", uri: "/v1/log?verdict=eaten", says: "there are pass, delete"),
    BadQuestion(testDescription: "a moment in words", uri: "/v1/log?since=now", says: "'now' is no moment"),
    BadQuestion(testDescription: "a number of entries", uri: "/v1/log?limit=-1", says: "from 1 to 10000"),
    BadQuestion(
      testDescription: "an end before its beginning", uri: "/v1/log/minutes?since=100&until=50",
      says: "since must be before until"),
  ])
  func badQuestionIsToldWhatThereIs(_ c: BadQuestion) async throws {
    try await withAPI { api in
      let response = try await api.response(c.uri)
      #expect(response.status == .badRequest)
      #expect(response.failure.contains(c.says), Comment(rawValue: response.failure))
    }
  }

  @Test func historyWithoutADiskIsRefusedInWords() async throws {
    try await withAPI { api in
      let response = try await api.response(ControlPath.traffic)
      #expect(response.status == .serviceUnavailable)
      #expect(response.failure.contains("--state-directory"))
      // What is in memory is drawn all the same.
      let reply: HistoryReply = try await api.get("\(ControlPath.history)?span=604800")
      #expect(reply.step == 3_600)
    }
  }
}
