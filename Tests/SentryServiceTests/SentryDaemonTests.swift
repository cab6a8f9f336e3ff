import SentryControl
import SentryDiagnostics
import SentryEngine
import SentryPacket
import SentryRules
import Testing

@testable import SentryService

@Suite struct SentryDaemonTests {
  @Test func documentWithErrorsStartsNothing() async throws {
    await #expect(throws: DaemonError.documentHasErrors(name: "first.plist")) {
      try await withDaemon("{ rules = ( { enabled = 1; propertyName = nonsense; } ); }") { _ in }
    }
  }

  @Test func rulesThatDidNotChangeKeepTheirCounters() async throws {
    try await withDaemon { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"), count: 3)
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 2)
      let changed = """
        { rules = (
            { nodeName = before; enabled = 1; propertyName = "Dest port"; propertyValue = 99; filterActionName = Delete; },
            { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Trigger; },
            { nodeName = rest; enabled = 1; propertyName = Any; filterActionName = Pass; }
        ); }
        """
      let reply = try await daemon.apply(SubmittedDocument(name: "second.plist", reading: Array(changed.utf8)))
      #expect(reply.applied)
      #expect(reply.keptCounters == 1)
      let rules = try await daemon.activeRules().rules
      #expect(rules.map(\.name) == ["before", "telnet", "rest"])
      #expect(rules.map(\.matchCount) == [0, 3, 0])
      #expect(try await daemon.table(.trigger).entries.map(\.address) == ["203.0.113.9"])
    }
  }

  @Test func refusedDocumentChangesNothing() async throws {
    try await withDaemon { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"), count: 3)
      let before = try await daemon.activeRules()
      let reply = try await daemon.apply(
        SubmittedDocument(name: "bad.plist", reading: Array("{ rules = ( { ); }".utf8)))
      #expect(!reply.applied)
      #expect(reply.findings.contains { $0.severity == "error" })
      let after = try await daemon.activeRules()
      #expect(after.document == before.document)
      #expect(after.rules.map(\.matchCount) == before.rules.map(\.matchCount))
    }
  }

  /// A promise that is broken is a finding like any other, after those about the text.
  @Test func aDocumentWhoseTestsFailIsRefused() async throws {
    let broken = """
      { rules = ({ enabled = 1; propertyName = Any; filterActionName = Delete; });
        tests = ({ packet = "udp 203.0.113.9:1 > me:2"; expect = pass; });
        setings = { }; }
      """
    try await withDaemon { daemon in
      let reply = try await daemon.apply(SubmittedDocument(name: "broken.plist", reading: Array(broken.utf8)))
      #expect(!reply.applied)
      #expect(reply.document.name == "first.plist")
      #expect(reply.findings.map(\.id) == ["unknownKey", "testFailed"])
      #expect(reply.findings.last?.line == 2 && reply.findings.last?.column == 23)
      // An edit of the rules in force is carried out, and the failure told.
      let edited = try await daemon.apply(
        SubmittedDocument(name: "edited.plist", reading: Array(broken.utf8)),
        on: ApplyTerms(expected: reply.document.generation))
      #expect(edited.applied)
      #expect(edited.findings.map(\.id) == ["unknownKey", "testFailed"])
    }
    await #expect(throws: DaemonError.documentHasErrors(name: "first.plist")) { try await withDaemon(broken) { _ in } }
  }

  @Test func editsOfTheRulesInForceAreCountedAndNamed() async throws {
    try await withDaemon { daemon in
      let document = SubmittedDocument(name: "first.plist", reading: Array(Documents.telnet.utf8))
      let start = try await daemon.status().document
      #expect(start.edits == nil)
      _ = try await daemon.apply(document, on: ApplyTerms(expected: 1, change: "rule 2 disabled"))
      let reply = try await daemon.apply(document, on: ApplyTerms(expected: 2, change: "rule\n1 deleted"))
      let edits = try #require(reply.document.edits)
      #expect(edits.count == 2)
      #expect(edits.last == "rule?1 deleted")
      #expect(edits.documentTime == start.appliedTime)
      #expect(
        daemon.journal.recent().last?.message
          == "first.plist edited while in force: rule?1 deleted; the rules before judged 0 packets")
      let fresh = try await daemon.apply(document)
      #expect(fresh.document.edits == nil, "an apply begins anew")
    }
  }

  @Test func everyPacketCountsForOneGeneration() async throws {
    try await withDaemon { daemon in
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 5)
      let second = try await daemon.apply(
        SubmittedDocument(name: "second.plist", reading: Array(Documents.telnet.utf8)))
      #expect(second.replaced?.judged == 5)
      #expect(second.interfaces.map(\.judgedByCurrentRules) == [5])
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 7)
      _ = try await daemon.apply(SubmittedDocument(name: "third.plist", reading: Array(Documents.telnet.utf8)))
      try await daemon.judge(Packets.udp(from: "203.0.113.9"), count: 11)
      let status = try await daemon.status()
      #expect(status.generations.map(\.judged) == [5, 7, 11])
      #expect(status.generations.map(\.document.name) == ["first.plist", "second.plist", "third.plist"])
      let interface = try #require(status.interfaces.first)
      #expect(interface.judged == 23)
      #expect(interface.judgedEarlier == 12)
      #expect(interface.judgedByCurrentRules == 11)
      #expect(interface.inbound == 23)
    }
  }

  @Test func switchedOffPacketsPassUnjudged() async throws {
    try await withDaemon { daemon in
      _ = try await daemon.setEnabled(false)
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"), count: 4)
      let status = try await daemon.status()
      #expect(!status.enabled)
      #expect(status.interfaces.map(\.unjudged) == [4])
      #expect(status.interfaces.map(\.judged) == [0])
      #expect(try await daemon.table(.trigger).entries.isEmpty)
    }
  }

  /// Two callers apply at once, over and over: whatever the order, the daemon's idea of what is in force is the engine's.
  @Test func documentsAppliedAtOnceDoNotMixUp() async throws {
    try await withDaemon { daemon in
      let one = SubmittedDocument(name: "one", reading: Array(Documents.telnet.utf8))
      let two = SubmittedDocument(
        name: "two", reading: Array("{ rules = ( { enabled = 1; nodeName = only; } ); }".utf8))
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for index in 0..<40 { group.addTask { try await daemon.apply(index.isMultiple(of: 2) ? one : two).applied } }
        for try await isApplied in group { #expect(isApplied) }
      }
      let active = try await daemon.activeRules()
      let generation = try await daemon.packets.perform { $0.engine.rules.generation }
      #expect(active.document.generation == 41)
      #expect(generation == 41)
      #expect(active.rules.count == active.document.ruleCount)
    }
  }

  @Test func stoppedDaemonSaysSo() async throws {
    try await withDaemon { daemon in
      await daemon.stop()
      await #expect(throws: DaemonError.stopped) { try await daemon.status() }
    }
  }
}
