import Foundation
import Logging
import SentryJournal
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryService

private let rules = """
  { rules = (
      { nodeName = "_dns"; enabled = 1; propertyName = "Dest port"; propertyValue = 53; },
      { nodeName = "_dns"; enabled = 1; propertyName = "Source port"; propertyValue = 53; },
      { nodeName = blocked; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Delete; },
      { nodeName = other; enabled = 1; propertyName = Any; }
  ); }
  """

/// Runs a daemon that keeps its memory in a directory; ends well afterwards.
private func withDaemon(
  _ document: String = rules, in folder: TemporaryFolder, _ body: (SentryDaemon) async throws -> Void
) async throws {
  try await withDaemon(document, memory: MemoryOptions(directory: folder.url.path), body)
}

private let always = TrafficPeriod(since: Timestamp(seconds: 0), until: Timestamp(seconds: 8_000_000_000))

private func reader(_ folder: TemporaryFolder) throws -> StoreReader {
  try StoreReader(path: Store.path(in: folder.url.path))
}

/// What all have moved, whatever it is added up by and however finely.
private func totals(_ folder: TemporaryFolder) throws -> Set<TrafficCounts> {
  let reader = try reader(folder)
  return try Set(
    TrafficScale.allCases.flatMap { scale in
      try TrafficDimension.allCases.map { try reader.top(by: $0, scale, always, limit: nil).total }
    })
}

@Suite struct TrafficTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A datagram of nine bytes takes 20 + 8 + 9 as the builders say; here the length comes from the header itself.
  private func ipLength(_ frame: [UInt8]) -> UInt64 { UInt64(frame[16]) << 8 | UInt64(frame[17]) }

  @Test func whatWasLetThroughIsWrittenWhenSomebodyAsks() async throws {
    let udp = Packets.udp(from: "203.0.113.9")
    try await withDaemon(in: folder) { daemon in
      try await daemon.judge(udp, count: 5)
      try await daemon.judge(Packets.telnet(from: "203.0.113.66"), count: 7)
      _ = await daemon.flushMemory()
      let expected = TrafficCounts(packetsIn: 5, packetsOut: 0, bytesIn: 5 * ipLength(udp), bytesOut: 0)
      #expect(try totals(folder) == [expected], "what was deleted does not count")
      _ = await daemon.flushMemory()
      #expect(try totals(folder) == [expected])
      #expect(try reader(folder).connections(ConnectionFilter(), limit: nil).isEmpty, "it goes on")
    }
    let ended = try reader(folder).connections(ConnectionFilter(), limit: nil)
    #expect(ended.map(\.state) == [.unfinished])
    #expect(ended.map { "\($0.remote.address):\($0.remote.port)" } == ["203.0.113.9:40000"])
    #expect(ended.map(\.interface) == ["test0"])
    #expect(ended.map(\.counts.packetsIn) == [5])
  }

  @Test func aRestartGoesOnWhereTheLastRunStopped() async throws {
    let udp = Packets.udp(from: "203.0.113.9")
    for run in 1...3 as ClosedRange<UInt64> {
      try await withDaemon(in: folder) { try await $0.judge(udp, count: 4) }
      #expect(
        try totals(folder) == [TrafficCounts(packetsIn: 4 * run, packetsOut: 0, bytesIn: 4 * run * ipLength(udp))])
      #expect(try reader(folder).connections(ConnectionFilter(), limit: nil).count == Int(run))
    }
  }

  @Test func aConnectionThatIsResetIsLogged() async throws {
    try await withDaemon(in: folder) { daemon in
      for flags in [Frame.TCPFlags.syn, .rst, .syn] {
        try await daemon.judge(Frame.tcp(from: "203.0.113.9", 40_000, to: "192.0.2.10", 80, flags: flags))
      }
      _ = await daemon.flushMemory()
      let ended = try reader(folder).connections(ConnectionFilter(), limit: nil)
      #expect(ended.map(\.state) == [.reset])
      #expect(ended.map(\.counts.packetsIn) == [2])
    }
  }

  @Test func rulesAreMeasuredAcrossAnApplyAndARestart() async throws {
    let question = Frame.udp(from: "203.0.113.9", 40_000, to: "192.0.2.10", 53)
    try await withDaemon(in: folder) { daemon in
      try await daemon.judge(question, count: 3)
      let renamed = rules.replacingOccurrences(of: "nodeName = other", with: "nodeName = different")
      // What was counted between the latest look and the apply counts, too.
      _ = try await daemon.apply(SubmittedDocument(name: "next.plist", reading: Array(renamed.utf8)))
      try await daemon.judge(question, count: 2)
      _ = try await daemon.apply(SubmittedDocument(name: "none.plist", reading: Array(Documents.telnet.utf8)))
      try await daemon.judge(question, count: 50)
    }
    try await withDaemon(in: folder) { try await $0.judge(question) }
    for scale in TrafficScale.allCases {
      let spans = try reader(folder).bandwidth(scale, always)
      #expect(Set(spans.map { "\($0.number) \($0.name)" }) == ["1 _dns"])
      #expect(spans.reduce(0) { $0 + $1.packets } == 6)
      #expect(spans.reduce(0) { $0 + $1.bytes } == 6 * ipLength(question))
    }
  }

  @Test func whileTheDiskIsGoneItIsRememberedAndThenWritten() async throws {
    let udp = Packets.udp(from: "203.0.113.9")
    let path = folder.url.path
    try await withDaemon(in: folder) { daemon in
      _ = await daemon.flushMemory()
      try FileManager.default.moveItem(atPath: path, toPath: path + "-away")
      try await daemon.judge(udp, count: 3)
      try await waitUntil("the disk is missed") { await daemon.flushMemory()?.problem != nil }
      try await daemon.judge(udp, count: 2)
      _ = await daemon.flushMemory()
      try FileManager.default.moveItem(atPath: path + "-away", toPath: path)
      try await waitUntil("everything is written") { await daemon.flushMemory().map { $0.problem == nil } ?? false }
      #expect(
        try totals(folder) == [TrafficCounts(packetsIn: 5, packetsOut: 0, bytesIn: 5 * ipLength(udp), bytesOut: 0)])
    }
  }
}
