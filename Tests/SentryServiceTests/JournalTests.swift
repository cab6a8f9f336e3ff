import SentryEngine
import SentryJournal
import SentryPacket
import Testing

@testable import SentryService

@Suite struct JournalTests {
  @Test func followerHearsWhatComes() async throws {
    try await withDaemon { daemon in
      _ = try await daemon.setEnabled(false)
      let stream = daemon.journal.follow()
      _ = try await daemon.setEnabled(true)
      try await daemon.judge(Packets.udp(from: "203.0.113.9"))
      var heard: [String] = []
      for await entry in stream.prefix(2) { heard.append(entry.message ?? entry.rule) }
      #expect(heard == ["firewall on", "2 rest"])
    }
  }

  @Test func followersEndWithTheDaemon() async throws {
    var streams: [AsyncStream<LogEntry>] = []
    try await withDaemon { daemon in streams = [daemon.journal.follow(), daemon.journal.follow()] }
    for stream in streams {
      var count = 0
      for await _ in stream { count += 1 }
      #expect(count == 0)
    }
  }

  @Test func onlyTheLatestThousandAreKept() async throws {
    try await withDaemon { daemon in
      for number in 0..<1_500 { daemon.journal.append(message: "\(number)", time: Timestamp(seconds: 1)) }
      let recent = daemon.journal.recent()
      #expect(recent.count == 1_000)
      #expect(recent.first?.message == "500")
      #expect(recent.last?.message == "1499")
    }
  }
}

@Suite struct EventQueueTests {
  private let event = EngineEvent(time: Timestamp(seconds: 1), kind: .log, label: 0, isLogged: true)

  @Test func whatDoesNotFitIsCounted() {
    let queue = EventQueue(capacity: 10)
    let events = Array(repeating: event, count: 7)
    #expect(queue.fillIfFree { $0.append(events) })
    #expect(queue.fillIfFree { $0.append(events) })
    var taken = queue.makeRoom()
    queue.takeAll(into: &taken)
    #expect(taken.events.count == 10)
    #expect(taken.lost == 4)
    queue.takeAll(into: &taken)
    #expect(taken.events.isEmpty)
    #expect(taken.lost == 0)
  }

  @Test func fullQueueTakesEventsAgainOnceEmptied() {
    let queue = EventQueue(capacity: 1)
    _ = queue.fillIfFree { $0.append([event, event]) }
    var taken = queue.makeRoom()
    queue.takeAll(into: &taken)
    _ = queue.fillIfFree { $0.append([event]) }
    queue.takeAll(into: &taken)
    #expect(taken.events.count == 1)
    #expect(taken.lost == 0)
  }
}

@Suite struct ProcessMemoryTests {
  /// Lines as proc_pid_status(5) shows them.
  @Test func ownMemoryIsRssAnon() {
    let status = "Name:\tsentry\nVmRSS:\t   52340 kB\nRssAnon:\t   18432 kB\nRssFile:\t   33908 kB\n"
    #expect(ProcessMemory.ownBytes(inStatus: status) == 18_432 * 1_024)
    #expect(ProcessMemory.ownBytes(inStatus: "Name:\tsentry\n") == nil)
    #expect(ProcessMemory.ownBytes(inStatus: "RssAnon:\tmuch kB\n") == nil)
  }
}
