import Foundation
import NIOCore
import SentryTestSupport
import Testing

@testable import SentryService

/// What pages are told once a second.
@Suite struct LiveFeedTests {
  private struct Event: Decodable {
    var time: Double
    var generation: UInt32
    var enabled: Bool
    var packets: [String: UInt64]
    var perSecond: [String: Double]
    var rules: [[Double?]]?
    var triggeredCount: Int
    var connectionCount: Int
  }

  private static func event(_ buffer: ByteBuffer) throws -> Event {
    let text = String(buffer: buffer)
    #expect(text.hasPrefix("data: ") && text.hasSuffix("\n\n"))
    return try JSONDecoder().decode(Event.self, from: Data(text.dropFirst(6).utf8))
  }

  @Test(.timeLimit(.minutes(12)))
  func firstEventHasEverythingAndLaterOnesWhatChanged() async throws {
    try await withDaemon { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"), count: 3)
      let feed = LiveFeed(interval: .milliseconds(20))
      var events = try #require(await feed.follow(daemon, withRules: true, hangUp: {})).makeAsyncIterator()
      let first = try Self.event(#require(await events.next()))
      #expect(first.generation == 1)
      #expect(first.enabled)
      #expect(first.packets["delete"] == 3)
      #expect(first.triggeredCount == 1)
      #expect(first.rules?.map { $0[0] } == [0])
      #expect(first.rules?.first?[1] == 3)
      try await daemon.judge(Packets.udp(from: "203.0.113.10"), count: 5)
      var later: Event
      repeat { later = try Self.event(#require(await events.next())) } while later.packets["pass"] != 5
      #expect(later.packets["delete"] == 3)
      #expect(try #require(later.perSecond["pass"]) > 0)
      #expect(later.rules?.first { $0[0] == 1 }?[1] == 5)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func otherRulesAreToldFromTheStart() async throws {
    try await withDaemon { daemon in
      try await daemon.judge(Packets.udp(from: "203.0.113.9"))
      let feed = LiveFeed(interval: .milliseconds(20))
      var events = try #require(await feed.follow(daemon, withRules: true, hangUp: {})).makeAsyncIterator()
      _ = await events.next()
      let document = "{ rules = ( { nodeName = all; enabled = 1; propertyName = Any; } ); }"
      try await daemon.expectApplied(SubmittedDocument(name: "second.plist", reading: Array(document.utf8)))
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 2)
      var later: Event
      repeat { later = try Self.event(#require(await events.next())) } while later.packets["pass"] != 3
      #expect(later.generation == 2)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func whoDoesNotAskForRulesHasNone() async throws {
    try await withDaemon { daemon in
      let feed = LiveFeed(interval: .milliseconds(20))
      var events = try #require(await feed.follow(daemon, withRules: false, hangUp: {})).makeAsyncIterator()
      #expect(try Self.event(#require(await events.next())).rules == nil)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func whoDoesNotReadIsDropped() async throws {
    try await withDaemon { daemon in
      let feed = LiveFeed(interval: .milliseconds(20))
      let (dropped, drop) = AsyncStream.makeStream(of: Void.self)
      let events = await feed.follow(daemon, withRules: true, hangUp: { drop.yield() })
      for await _ in dropped { break }
      #expect(await feed.listenerCount == 0)
      _ = events
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func listenersAreBoundedAndLeave() async throws {
    try await withDaemon { daemon in
      let feed = LiveFeed(interval: .seconds(1))
      var streams: [AsyncStream<ByteBuffer>] = []
      for _ in 0..<LiveFeed.listenersAtMost {
        streams.append(try #require(await feed.follow(daemon, withRules: false, hangUp: {})))
      }
      #expect(await feed.follow(daemon, withRules: false, hangUp: {}) == nil)
      streams.removeAll()
      try await waitUntil("all have left") { await feed.listenerCount == 0 }
      #expect(await feed.follow(daemon, withRules: false, hangUp: {}) != nil)
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func endOfTheDaemonEndsTheEvents() async throws {
    let feed = LiveFeed(interval: .milliseconds(20))
    try await withDaemon { daemon in
      let stream = try #require(await feed.follow(daemon, withRules: true, hangUp: {}))
      await daemon.stop()
      for await _ in stream {}
    }
  }

  @Test(arguments: [0, 7, 10, 999, 1_000_000, UInt64.max])
  func numbersAreWrittenInDecimal(_ number: UInt64) {
    var text = JSONText()
    text.append(number: number)
    #expect(String(decoding: text.bytes, as: UTF8.self) == "\(number)")
    var padded = JSONText()
    padded.append(number: number % 1_000, digitsAtLeast: 3)
    #expect(String(decoding: padded.bytes, as: UTF8.self) == String("000\(number % 1_000)".suffix(3)))
  }
}
