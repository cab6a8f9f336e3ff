import Foundation
import SentryControl
import SentryPacket
import SentryState
import SentryTestSupport
import Testing

@testable import SentryService

/// Logins that fail, through a daemon that follows a file.
@Suite struct LoginDeskTests {
  private let folder: TemporaryFolder
  private let memory: MemoryOptions
  private let log: String

  init() throws {
    folder = try TemporaryFolder()
    memory = MemoryOptions(directory: folder.path("state"))
    try FileManager.default.createDirectory(atPath: folder.path("state"), withIntermediateDirectories: true)
    log = try folder.write("auth.log", "")
  }

  private func document(_ logins: String = "", settings: String = "") -> String {
    """
    { rules = ( { nodeName = blocked; enabled = 1; propertyName = Include; propertyValue = trigger;
        filterActionName = Delete; } );
      settings = { \(settings) logins = { failures = 3; \(logins) sources = ( { file = "\(log)"; services = sshd; } ); }; }; }
    """
  }

  /// A daemon that follows the log while `body` runs.
  private func withFollower(
    _ document: String, _ body: (SentryDaemon) async throws -> Void
  ) async throws {
    try await withDaemon(document, memory: memory) { daemon in
      let following = Task { await daemon.logins.run() }
      do {
        // What was there before the first look does not count, after which it is first kept how far that has come.
        try await waitUntil("the log is followed") {
          FileManager.default.fileExists(atPath: folder.path("state/logins.json"))
        }
        try await body(daemon)
      } catch {
        following.cancel()
        await following.value
        throw error
      }
      following.cancel()
      await following.value
    }
  }

  private func fail(_ address: String, _ count: Int = 1, user: String = "root", secondsAgo: Double = 0) throws {
    try write(
      (0..<count).map { _ in "Failed password for \(user) from \(address) port \(UInt16.random(in: 1...60_000)) ssh2" },
      secondsAgo: secondsAgo)
  }

  private func write(_ messages: [String], secondsAgo: Double = 0) throws {
    let time = Date(timeIntervalSinceNow: -secondsAgo).ISO8601Format()
    let file = try FileHandle(forWritingTo: URL(filePath: log))
    try file.seekToEnd()
    try file.write(contentsOf: Data(messages.map { "\(time) gate sshd[7]: \($0)\n" }.joined().utf8))
    try file.close()
  }

  private func waitUntilRead(_ lines: UInt64, _ daemon: SentryDaemon) async throws {
    try await waitUntil("\(lines) lines are read") { await (daemon.loginsReport().sources.first?.lines ?? 0) >= lines }
  }

  @Test func tooManyFailuresEnterTheTable() async throws {
    try await withFollower(document()) { daemon in
      try fail("203.0.113.9", 2)
      try fail("203.0.113.10")
      try await waitUntilRead(3, daemon)
      #expect(await daemon.loginsReport().nearest.map(\.address) == ["203.0.113.9", "203.0.113.10"])
      #expect(try await daemon.table(.trigger).entries.isEmpty)
      try fail("203.0.113.9", user: "x from 198.51.100.7 port 1 ssh2")
      try await waitUntil("it is blocked") { try await !daemon.table(.trigger).entries.isEmpty }
      let entry = try #require(try await daemon.table(.trigger).entries.first)
      #expect(entry.address == "203.0.113.9" && entry.duration == 900 && entry.triggeredBy == "failed logins: sshd")
      let why = try await daemon.evidence(of: try AddressRange("203.0.113.9"))
      #expect(why.block?.lines?.count == 3 && why.block?.count == 1)
      #expect(why.block?.lines?.last?.text.contains("x from 198.51.100.7 port 1 ssh2 from 203.0.113.9") == true)
      let reply = await daemon.loginsReport()
      #expect(reply.blocked.map(\.address) == ["203.0.113.9"] && reply.nearest.map(\.address) == ["203.0.113.10"])
    }
  }

  /// `tail -n 2 log > short; cat short > log`
  @Test func aLogThatIsWrittenAnewIsNotCountedAnew() async throws {
    try await withFollower(document()) { daemon in
      for ago in [9.0, 8] { try fail("203.0.113.9", secondsAgo: ago) }
      try fail("203.0.113.10", 2, secondsAgo: 7)
      try await waitUntilRead(4, daemon)
      let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").dropFirst()
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: log))
      try fail("203.0.113.11")
      try await waitUntil("all is read") {
        await daemon.loginsReport().nearest.contains { $0.address == "203.0.113.11" }
      }
      #expect(await daemon.loginsReport().nearest.map(\.failures) == [2, 2, 1])
      #expect(try await daemon.table(.trigger).entries.isEmpty)
    }
  }

  /// A log that is put in place later counts by the times of its lines.
  @Test func whatIsOlderThanTheWindowDoesNotCount() async throws {
    try fail("203.0.113.9", 9, secondsAgo: 7_200)
    try fail("203.0.113.10", 2, secondsAgo: 3_000)
    try fail("203.0.113.10", 1, secondsAgo: 10)
    try FileManager.default.moveItem(atPath: log, toPath: "\(log).away")
    try await withDaemon(document(), memory: memory) { daemon in
      let following = Task { await daemon.logins.run() }
      try await waitUntil("it is missed") { await daemon.loginsReport().sources.first?.problem != nil }
      try FileManager.default.moveItem(atPath: "\(log).away", toPath: log)
      try await waitUntil("it is blocked") { try await !daemon.table(.trigger).entries.isEmpty }
      #expect(try await daemon.table(.trigger).entries.map(\.address) == ["203.0.113.10"])
      following.cancel()
      await following.value
    }
  }

  @Test func anIPv6NetIsBlockedAsAWhole() async throws {
    try await withFollower(document()) { daemon in
      for last in 1...3 { try fail("2001:db8::\(last)") }
      try await waitUntil("it is blocked") { try await !daemon.table(.trigger).entries.isEmpty }
      #expect(try await daemon.table(.trigger).entries.map(\.address) == ["2001:db8::/64"])
      #expect(try await daemon.evidence(of: try AddressRange("2001:db8::77")).block?.lines?.count == 3)
    }
  }

  @Test func theProtectedAndTheAllowedAreNotBlocked() async throws {
    let settings = "protected = 203.0.113.9;"
    try await withFollower(document(settings: settings)) { daemon in
      _ = try await daemon.add(
        [try AddressRange("203.0.113.32/28")], to: .authorize, duration: .unlimited, note: "friends")
      _ = try await daemon.add([try AddressRange("2001:db8::5")], to: .authorize, duration: .unlimited, note: "friends")
      for address in ["203.0.113.9", "203.0.113.40", "127.0.0.1", "2001:db8::6"] { try fail(address, 3) }
      try fail("203.0.113.66", 3)
      try await waitUntil("the last is blocked") { try await !daemon.table(.trigger).entries.isEmpty }
      #expect(try await daemon.table(.trigger).entries.map(\.address) == ["203.0.113.66"])
    }
  }

  @Test func whoIsAllowedIsNotTriggeredByRulesEither() async throws {
    let telnet = """
      { rules = ( { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23;
        filterActionName = Trigger; } ); }
      """
    try await withDaemon(telnet, memory: memory) { daemon in
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      #expect(try await daemon.table(.trigger).entries.count == 1)
      _ = try await daemon.add(
        [try AddressRange("203.0.113.0/24")], to: .authorize, duration: .unlimited, note: "allowed by hand")
      #expect(try await daemon.table(.trigger).entries.isEmpty)
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      #expect(try await daemon.table(.trigger).entries.isEmpty)
      #expect(try await daemon.status().preventedTriggers == 1)
      _ = try await daemon.remove([try AddressRange("203.0.113.0/24")], from: .authorize)
      try await daemon.judge(Packets.telnet(from: "203.0.113.9"))
      #expect(try await daemon.table(.trigger).entries.count == 1)
    }
  }

  @Test func theCapCounts() async throws {
    try await withFollower(document(settings: "triggersPerMinute = 2;")) { daemon in
      for last in 1...5 { try fail("203.0.113.\(last)", 3) }
      try await waitUntilRead(15, daemon)
      try await waitUntil("two are blocked") { await daemon.loginsReport().blocked.count == 2 }
      #expect(try await daemon.table(.trigger).entries.count == 2)
    }
  }

  @Test func observedNobodyIsBlocked() async throws {
    try await withFollower(document(settings: "observe = 1;")) { daemon in
      try fail("203.0.113.9", 3)
      try await waitUntilRead(3, daemon)
      try await Task.sleep(for: .milliseconds(50))
      #expect(try await daemon.table(.trigger).entries.isEmpty)
      #expect(await daemon.loginsReport().blocked.isEmpty)
    }
  }

  @Test func blocksGetLongerAndARestartKnowsThat() async throws {
    let settings = document("block = 1s; growth = 100; longestBlock = 1d;")
    try await withFollower(settings) { daemon in
      try fail("203.0.113.9", 3)
      try await waitUntil("it is blocked") { try await !daemon.table(.trigger).entries.isEmpty }
      try await waitUntil("its time is over") { try await daemon.table(.trigger).entries.isEmpty }
    }
    // Failures of which nobody was told meanwhile count.
    try fail("203.0.113.9", 3)
    try await withFollower(settings) { daemon in
      try await waitUntil("it is blocked again") { try await !daemon.table(.trigger).entries.isEmpty }
      #expect(try await daemon.table(.trigger).entries.first?.duration == 100)
      let why = try await daemon.evidence(of: try AddressRange("203.0.113.9"))
      #expect(why.block?.count == 2)
      _ = try await daemon.remove([try AddressRange("203.0.113.9")], from: .trigger)
      #expect(try await daemon.evidence(of: try AddressRange("203.0.113.9")).block == nil)
    }
  }

  @Test func whoIsUnblockedBeginsAnew() async throws {
    try await withFollower(document("growth = 100; longestBlock = 1d;")) { daemon in
      // Near the limit, and in no table.
      try fail("203.0.113.9", 2)
      try await waitUntilRead(2, daemon)
      _ = try await daemon.remove([try AddressRange("203.0.113.0/24")], from: .trigger)
      try fail("203.0.113.9", 2)
      try await waitUntilRead(4, daemon)
      #expect(try await daemon.table(.trigger).entries.isEmpty)
      for block in 1...2 {
        try fail("203.0.113.9", 3)
        try await waitUntil("it is blocked") { try await !daemon.table(.trigger).entries.isEmpty }
        #expect(try await daemon.table(.trigger).entries.first?.duration == 900, "block \(block)")
        _ = try await daemon.clear(.trigger)
        #expect(await daemon.loginsReport().blocked.isEmpty)
      }
    }
  }

  /// Its time goes on, also if somebody was allowed for a while and left the table by that.
  @Test func aBlockThatRunsIsNotALongerOne() async throws {
    try await withFollower(document("growth = 100; longestBlock = 1d;")) { daemon in
      try fail("203.0.113.9", 3)
      try await waitUntil("it is blocked") { try await !daemon.table(.trigger).entries.isEmpty }
      let friend = [try AddressRange("203.0.113.9")]
      _ = try await daemon.add(friend, to: .authorize, duration: .unlimited, note: "allowed by hand")
      _ = try await daemon.remove(friend, from: .authorize)
      #expect(try await daemon.table(.trigger).entries.isEmpty)
      try fail("203.0.113.9", 3)
      try await waitUntil("it is blocked again") { try await !daemon.table(.trigger).entries.isEmpty }
      #expect(try await daemon.table(.trigger).entries.first?.duration == 900)
      #expect(await daemon.loginsReport().blocked.map(\.count) == [1])
    }
  }

  @Test func nobodyIsBlockedWhileSentryIsOff() async throws {
    try await withFollower(document()) { daemon in
      _ = try await daemon.setEnabled(false)
      try fail("203.0.113.9", 3)
      try await waitUntilRead(3, daemon)
      #expect(try await daemon.table(.trigger).entries.isEmpty)
      #expect(await daemon.loginsReport().blocked.isEmpty)
      _ = try await daemon.setEnabled(true)
      try fail("203.0.113.9", 3)
      try await waitUntil("it is blocked") { try await !daemon.table(.trigger).entries.isEmpty }
    }
  }

  /// What has come while another document was tried is not lost, and what was counted stays.
  @Test func aTrialDocumentWithoutTheLogLosesNothing() async throws {
    try await withFollower(document()) { daemon in
      try fail("203.0.113.9", 1)
      try await waitUntilRead(1, daemon)
      let none = "{ rules = ( { nodeName = all; enabled = 1; } ); }"
      try await daemon.expectApplied(SubmittedDocument(name: "none.plist", reading: Array(none.utf8)))
      try fail("203.0.113.9", 2)
      let back = document("window = 50m;")
      try await daemon.expectApplied(SubmittedDocument(name: "back.plist", reading: Array(back.utf8)))
      try await waitUntil("it is blocked") { try await !daemon.table(.trigger).entries.isEmpty }
    }
  }

  @Test func whatWasReadIsKeptAtTheEnd() async throws {
    let store = folder.path("state/logins.json")
    func written() -> Date? {
      (try? FileManager.default.attributesOfItem(atPath: store))?[.modificationDate] as? Date
    }
    try await withFollower(document()) { daemon in
      let first = written()
      try fail("203.0.113.9", 1)
      try await waitUntilRead(1, daemon)
      #expect(written() == first, "that can wait a minute")
    }
    let kept = try Data(contentsOf: URL(filePath: store))
    #expect(try JSONDecoder().decode(KeptLogins.self, from: kept).files[log]?.offset ?? 0 > 0)
  }

  @Test func anotherDocumentFollowsOn() async throws {
    try await withFollower(document()) { daemon in
      try fail("203.0.113.9", 2)
      try await waitUntilRead(2, daemon)
      let next = document("window = 30m;")
      try await daemon.expectApplied(SubmittedDocument(name: "next.plist", reading: Array(next.utf8)))
      #expect(await daemon.loginsReport().windowSeconds == 1_800)
      try fail("203.0.113.9")
      try await waitUntil("it is blocked") { try await !daemon.table(.trigger).entries.isEmpty }
      let none = "{ rules = ( { nodeName = all; enabled = 1; } ); }"
      try await daemon.expectApplied(SubmittedDocument(name: "none.plist", reading: Array(none.utf8)))
      #expect(await daemon.loginsReport().sources.isEmpty)
      #expect(try await daemon.table(.trigger).entries.count == 1)
    }
  }
}

/// The journal, by a program in the place of journalctl.
@Suite struct JournalProcessTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func script(_ text: String) throws -> [String] {
    ["/bin/sh", try folder.write("journalctl", "#!/bin/sh\n\(text)\n")]
  }

  private func messages(_ journal: JournalProcess, until count: Int) async throws -> [String] {
    var found: [String] = []
    try await waitUntil("\(count) entries have come") {
      _ = journal.poll { found.append(String(decoding: $0.message, as: UTF8.self)) }
      return found.count >= count
    }
    return found
  }

  @Test func entriesComeFromWhereTheLastRunWas() async throws {
    let command = try script(
      """
      echo "$@" > \(folder.path("arguments"))
      printf '__CURSOR=c7\\nMESSAGE=one\\n\\n__CURSOR=c8\\nMESSAGE=two\\n\\n'
      exec sleep 600
      """)
    let journal = JournalProcess(unit: "ssh.service", command: command, after: Array("c6".utf8), from: 12)
    #expect(try await messages(journal, until: 2) == ["one", "two"])
    #expect(journal.cursor == Array("c8".utf8))
    let arguments = try String(contentsOfFile: folder.path("arguments"), encoding: .utf8)
    #expect(arguments.contains("--unit=ssh.service --follow --no-tail --output=export"))
    #expect(arguments.contains("--after-cursor=c6"))
    journal.stop()
  }

  /// As journalctl ends for a cursor that is none.
  @Test func aCursorThatIsNoneIsForgotten() async throws {
    let command = try script(
      """
      case "$*" in *--after-cursor*) echo 'Failed to seek to cursor: Invalid argument' >&2; exit 1;; esac
      printf '__CURSOR=c8\\nMESSAGE=one\\n\\n'
      exec sleep 600
      """)
    let journal = JournalProcess(unit: "ssh.service", command: command, after: Array("garbage".utf8), from: 12)
    #expect(try await messages(journal, until: 1) == ["one"])
    journal.stop()
    // For good: another document is in force.
    #expect(journal.poll { _ in } == 0 && journal.entryCount == 1)
  }

  @Test func whyItEndsIsTold() async throws {
    let command = try script("echo 'No journal files were opened due to insufficient permissions.' >&2; exit 1")
    let journal = JournalProcess(unit: "ssh.service", command: command, from: 12)
    try await waitUntil("it has ended") {
      _ = journal.poll { _ in }
      return journal.problem != nil
    }
    #expect(journal.problem == "No journal files were opened due to insufficient permissions.")
    let missing = JournalProcess(unit: "ssh.service", command: [folder.path("nothing")], from: 12)
    _ = missing.poll { _ in }
    #expect(missing.problem?.contains("does not start") == true)
  }
}

@Suite struct LocalNetsTests {
  @Test func netsComeFromTheKernelsRoutes() throws {
    let ipv4 = """
      Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
      eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
      eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
      """
    #expect(LocalNets.nets(ipv4: ipv4) == [try AddressRange("192.168.1.0/24")])
    let ipv6 = """
      fd770000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001 eth0
      00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000100 00000001 00000000 00000001 eth0
      """
    #expect(LocalNets.nets(ipv6: ipv6) == [try AddressRange("fd77::/64")])
  }
}
