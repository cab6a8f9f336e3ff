import Foundation
import SentryControl
import SentryEngine
import SentryJournal
import SentryPacket
import SentryState
import SentryTestSupport
import Synchronization
import Testing

@testable import SentryService

/// A clock that goes only where a test moves it.
private final class HandMovedClock: Sendable {
  private let nanoseconds = Mutex<Int64>(1_000_000_000)

  var now: Timestamp { Timestamp(nanoseconds: nanoseconds.withLock { $0 }) }

  func advance(seconds: Double) { nanoseconds.withLock { $0 += Int64(seconds * 1e9) } }

  var surroundings: ApplySurroundings { ApplySurroundings(origin: { _ in .none }, uptime: { self.now }) }
}

/// Stands for a connection to the control socket.
private final class Connection: Sendable {}

private func document(_ name: String, rule: String) -> SubmittedDocument {
  SubmittedDocument(
    name: name, reading: Array("{ rules = ( { nodeName = \"\(rule)\"; enabled = 1; filterActionName = Log; } ); }".utf8)
  )
}

private let second = document("second.plist", rule: "rest")
private let third = document("third.plist", rule: "other")

extension SentryDaemon {
  fileprivate func tryOut(
    _ document: SubmittedDocument, seconds: Int = 60, by caller: Caller = Caller(user: "alice")
  ) async throws -> ApplyReply {
    var terms = ApplyTerms()
    terms.trialSeconds = seconds
    return try await apply(document, on: terms, by: caller)
  }

  fileprivate func nameInForce() async throws -> String { try await activeRules().document.name }

  fileprivate nonisolated var lastMessage: String? { journal.recent().compactMap(\.message).last }
}

@Suite struct TrialTests {
  private let clock = HandMovedClock()

  @Test func withoutAConfirmationTheRulesBeforeReturnOnTime() async throws {
    try await withDaemon(surroundings: clock.surroundings) { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 2)
      let reply = try await daemon.tryOut(second)
      #expect(reply.applied)
      #expect(reply.trial?.remaining == 60)
      #expect(reply.trial?.before.name == "first.plist")
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 3)

      clock.advance(seconds: 59.9)
      #expect(await daemon.endTrialIfOver() == 100_000_000)
      #expect(try await daemon.nameInForce() == "second.plist")
      #expect(try await daemon.status().trial?.remaining == 1)

      clock.advance(seconds: 0.1)
      #expect(await daemon.endTrialIfOver() == nil)
      #expect(try await daemon.nameInForce() == "first.plist")
      #expect(try await daemon.status().trial == nil)
      #expect(
        daemon.lastMessage
          == "second.plist was not confirmed within 60 seconds: first.plist is in force again; the rules on trial judged 3 packets"
      )
      // Tables stay, and counters of rules that are the same, there and back.
      #expect(try await daemon.table(.trigger).entries.map(\.address) == ["203.0.113.9"])
      #expect(try await daemon.activeRules().rules.map(\.matchCount) == [0, 5])
      let generation = try await daemon.packets.perform { $0.engine.rules.generation }
      #expect(generation == 3)
    }
  }

  /// What made way would not come back with the rules before.
  @Test func aTrialMakesNoTableSmaller() async throws {
    try await withDaemon(surroundings: clock.surroundings) { daemon in
      let hosts = try (1...100).map { try AddressRange("198.51.100.\($0)") }
      _ = try await daemon.add(hosts, to: .trigger, duration: .unlimited, note: "list")
      let small = SubmittedDocument(
        name: "small.plist",
        reading: Array(
          """
          { rules = ( { nodeName = rest; enabled = 1; filterActionName = Log; } ); settings = { addressCapacity = 16; }; }
          """.utf8))
      let reply = try await daemon.tryOut(small)
      #expect(reply.makingWay == [MakingWayReport(table: "trigger", entries: 84)])
      #expect(
        daemon.lastMessage == "84 entries of table trigger make way once it is confirmed, for it gets smaller")
      #expect(try await daemon.table(.trigger).entries.count == 100)

      clock.advance(seconds: 60)
      await daemon.endTrialIfOver()
      #expect(try await daemon.nameInForce() == "first.plist")
      #expect(try await daemon.table(.trigger).entries.count == 100)

      _ = try await daemon.tryOut(small)
      _ = try await daemon.confirm(by: Caller(user: "bob"))
      #expect(try await daemon.table(.trigger).entries.count == 16)
      let capacity = try await daemon.packets.perform { $0.engine.tables.capacity(of: AddressTableKind.trigger) }
      #expect(capacity == 16)
    }
  }

  @Test func aConfirmationKeepsThem() async throws {
    try await withDaemon(surroundings: clock.surroundings) { daemon in
      _ = try await daemon.tryOut(second)
      clock.advance(seconds: 20)
      let reply = try await daemon.confirm(by: Caller(user: "bob"))
      #expect(reply.document.name == "second.plist")
      #expect(reply.remaining == 40)
      #expect(daemon.lastMessage == "second.plist confirmed by bob, 40 seconds before its time was over")
      clock.advance(seconds: 600)
      #expect(await daemon.endTrialIfOver() == nil)
      #expect(try await daemon.nameInForce() == "second.plist")
      await #expect(throws: DaemonError.refused(.nothingOnTrial)) { try await daemon.confirm(by: Caller(user: "bob")) }
    }
  }

  @Test func aConfirmationComesOverAnotherConnection() async throws {
    try await withDaemon(surroundings: clock.surroundings) { daemon in
      let first = Connection()
      _ = try await daemon.tryOut(second, by: Caller(user: "alice", process: nil, connection: first))
      await #expect(throws: DaemonError.refused(.sameConnection)) {
        try await daemon.confirm(by: Caller(user: "alice", process: nil, connection: first))
      }
      #expect(try await daemon.status().trial != nil)
      _ = try await daemon.confirm(by: Caller(user: "alice", process: nil, connection: Connection()))
      #expect(try await daemon.status().trial == nil)
    }
  }

  @Test func nothingElseIsAppliedMeanwhile() async throws {
    try await withDaemon(surroundings: clock.surroundings) { daemon in
      _ = try await daemon.tryOut(second)
      clock.advance(seconds: 8)
      let refusal = ApplyRefusal.onTrial(name: "second.plist", remaining: 52)
      await #expect(throws: DaemonError.refused(refusal)) { try await daemon.apply(third) }
      await #expect(throws: DaemonError.refused(refusal)) { try await daemon.tryOut(third) }
      await #expect(throws: DaemonError.refused(refusal)) {
        try await daemon.apply(third, on: ApplyTerms(expected: 2, change: "rule 1 disabled"))
      }
      #expect(
        refusal.message
          == "second.plist is in force on trial for another 52 seconds; say 'sentry confirm' to keep it, or 'sentry rollback' to go back "
          + "to the rules before, and try again")
      #expect(try await daemon.nameInForce() == "second.plist")
      clock.advance(seconds: 52)
      await daemon.endTrialIfOver()
      try await daemon.expectApplied(third)
    }
  }

  @Test func goingBackEndsATrial() async throws {
    try await withDaemon(surroundings: clock.surroundings) { daemon in
      _ = try await daemon.tryOut(second)
      let reply = try await daemon.rollBack(1, by: Caller(user: "bob"))
      #expect(reply.document.name == "first.plist")
      #expect(reply.difference?.counts == DifferenceCounts(added: 1, changed: 0))
      #expect(daemon.lastMessage?.contains("bob went back from second.plist") == true)
      clock.advance(seconds: 61)
      #expect(await daemon.endTrialIfOver() == nil)
      #expect(try await daemon.activeRules().document.generation == 3)
    }
  }

  /// By the timer itself.
  @Test func theTimerIsSet() async throws {
    try await withDaemon(surroundings: clock.surroundings) { daemon in
      _ = try await daemon.tryOut(second, seconds: 1)
      clock.advance(seconds: 1)
      try await waitUntil("the rules before are back") { try await daemon.nameInForce() == "first.plist" }
    }
  }
}

/// What is on trial is not what the next start takes.
@Suite struct TrialMemoryTests {
  private let folder: TemporaryFolder
  private let options: MemoryOptions
  private let clock = HandMovedClock()

  init() throws {
    folder = try TemporaryFolder()
    options = MemoryOptions(directory: folder.url.path)
  }

  private func written() throws -> [StoredDocument] {
    try StoreReader(path: Store.path(in: folder.url.path)).documents()
  }

  @Test func onlyWhatIsConfirmedIsWritten() async throws {
    try await withDaemon(memory: options, surroundings: clock.surroundings) { daemon in
      _ = try await daemon.tryOut(second)
      _ = await daemon.flushMemory()
      #expect(try written().map(\.name) == ["first.plist"])
      clock.advance(seconds: 60)
      await daemon.endTrialIfOver()
      _ = await daemon.flushMemory()
      #expect(try written().map(\.name) == ["first.plist"])
      _ = try await daemon.tryOut(third)
      _ = try await daemon.confirm(by: Caller(user: "bob"))
      _ = await daemon.flushMemory()
      #expect(try written().map(\.name) == ["first.plist", "third.plist"])
      #expect(try written().last?.user == "alice", "who applied it, not who confirmed it")
    }
  }

  @Test func theEndOfTheDaemonEndsATrial() async throws {
    try await withDaemon(memory: options, surroundings: clock.surroundings) { daemon in
      _ = try await daemon.tryOut(second)
    }
    #expect(try written().last(where: \.isChosen)?.name == "first.plist")
    var messages: [String] = []
    try StoreReader(path: Store.path(in: folder.url.path)).forEachEntry(EventFilter(), limit: nil) {
      messages += [$0.message].compactMap(\.self)
    }
    #expect(messages.last == "second.plist was not confirmed: the next start takes first.plist")
  }

  @Test func countersAreWrittenAgainOnceTheRulesAreBack() async throws {
    var options = options
    options.keepsCounters = true
    try await withDaemon(memory: options, surroundings: clock.surroundings) { daemon in
      _ = try await daemon.tryOut(third)
      clock.advance(seconds: 60)
      await daemon.endTrialIfOver()
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 5)
    }
    try await withDaemon(memory: options) { daemon in
      let counts = try await daemon.activeRules().rules.map(\.matchCount)
      #expect(counts == [0, 5])
    }
  }

  // MARK: The way back

  @Test func goingBackWalksThroughWhatWasApplied() async throws {
    try await withDaemon(memory: options) { daemon in
      try await daemon.expectApplied(second, by: Caller(user: "alice"))
      try await daemon.expectApplied(third, by: Caller(user: "bob"))
      let list = await daemon.pastDocuments().documents
      #expect(list.map(\.number) == [0, 1, 2])
      #expect(list.map(\.name) == ["third.plist", "second.plist", "first.plist"])
      #expect(list.prefix(2).map(\.user) == ["bob", "alice"])
      #expect(list.map(\.ruleCount) == [1, 1, 2])
      #expect(list.map { $0.difference?.isEmpty } == [true, false, false])

      #expect(try await daemon.rollBack(1, by: Caller(user: "carol")).document.name == "second.plist")
      #expect(await daemon.pastDocuments().documents.map(\.name) == ["second.plist", "first.plist"])
      #expect(await daemon.pastDocuments().documents.first?.user == "carol")
      #expect(try await daemon.rollBack(1).document.name == "first.plist")
      await #expect(throws: DaemonError.refused(.noDocument(steps: 1, available: 0))) { try await daemon.rollBack(1) }
      try await daemon.expectApplied(third)
      #expect(await daemon.pastDocuments().documents.map(\.name) == ["third.plist", "first.plist"])
    }
    // Nothing leads back to what was left behind.
    #expect(try written().map(\.name) == ["first.plist", "third.plist"])
    // The way back outlives the daemon.
    try await withDaemon(memory: options) { daemon in
      let names = await daemon.pastDocuments().documents.map(\.name)
      #expect(names == ["first.plist", "third.plist", "first.plist"])
    }
  }

  /// Somebody else was faster: steps are counted from the rules that were listed.
  @Test func whoCountsFromOtherRulesGoesNowhere() async throws {
    try await withDaemon(memory: options) { daemon in
      try await daemon.expectApplied(second)
      let listed = try #require(await daemon.pastDocuments().generation)
      try await daemon.expectApplied(third)
      let found = try #require(await daemon.pastDocuments().generation)
      await #expect(throws: DaemonError.generationChanged(expected: listed, found: found)) {
        try await daemon.rollBack(1, from: listed)
      }
      #expect(await daemon.pastDocuments().documents.first?.name == "third.plist")
      #expect(try await daemon.rollBack(1, from: found).document.name == "second.plist")
    }
  }

  @Test func severalStepsFromATrialCountWhatIsOnTrial() async throws {
    try await withDaemon(memory: options, surroundings: clock.surroundings) { daemon in
      try await daemon.expectApplied(second)
      _ = try await daemon.tryOut(third)
      #expect(try await daemon.rollBack(2).document.name == "first.plist")
      #expect(try await daemon.status().trial == nil)
      #expect(await daemon.pastDocuments().documents.map(\.name) == ["first.plist"])
    }
  }

  @Test func goingBackFurtherThanThereIsIsRefused() async throws {
    try await withDaemon(memory: options) { daemon in
      try await daemon.expectApplied(second)
      let refusal = ApplyRefusal.noDocument(steps: 5, available: 1)
      await #expect(throws: DaemonError.refused(refusal)) { try await daemon.rollBack(5) }
      #expect(
        refusal.message
          == "there is only 1 earlier document to go back to, not 5; 'sentry rollback --list' shows what there is")
      #expect(try await daemon.nameInForce() == "second.plist")
    }
  }

  /// Of those before it stays in the memory of the daemon.
  @Test func withoutADiskTheOneBeforeIsKnown() async throws {
    try await withDaemon { daemon in
      try await daemon.expectApplied(second, by: Caller(user: "alice"))
      try await daemon.expectApplied(third, by: Caller(user: "bob"))
      #expect(await daemon.pastDocuments().documents.map(\.name) == ["third.plist", "second.plist"])
      #expect(try await daemon.rollBack(1).document.name == "second.plist")
      await #expect(throws: DaemonError.refused(.noDocument(steps: 1, available: 0))) { try await daemon.rollBack(1) }
    }
  }

  /// Also one whose tests do not hold any more, as it was edited.
  @Test func anEditedDocumentComesBackAsItWas() async throws {
    let broken = """
      { rules = ({ nodeName = edited; enabled = 1; propertyName = Any; filterActionName = Delete; });
        tests = ({ packet = "udp 203.0.113.9:1 > me:2"; expect = pass; }); }
      """
    try await withDaemon(memory: options) { daemon in
      let edited = try await daemon.apply(
        SubmittedDocument(name: "first.plist", reading: Array(broken.utf8)),
        on: ApplyTerms(expected: 1, change: "rule 1 replaced"))
      #expect(edited.applied)
      try await daemon.expectApplied(third)
      let back = try await daemon.rollBack(1)
      #expect(back.applied)
      #expect(try await daemon.activeRules().text == broken)
    }
  }
}
