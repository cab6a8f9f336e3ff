import Foundation
import SentryTestSupport
import Testing

@testable import SentryJournal

private enum JournalFiles {
  /// In no folder for commands.
  static let writer = "/usr/lib/systemd/systemd-journal-remote"
  static let isPossible = FileManager.default.isExecutableFile(atPath: writer) && Program("journalctl").isThere
}

/// What we send to systemd's journal, in a file of its own: written by `systemd-journal-remote`, read by `journalctl`.
@Suite(.enabled(if: JournalFiles.isPossible, "needs systemd-journal-remote and journalctl"))
struct JournalFileTests {
  /// The fields of each entry that the query finds, as `journalctl` prints them.
  ///
  /// Datagrams have the form of the journal's export files, but for the time and the boot that it adds itself
  /// ("Journal Export Formats", systemd.io).
  private func found(_ query: [String], among entries: [LogEntry]) async throws -> [[String: String]] {
    let folder = try TemporaryFolder()
    let reader = try DatagramReader(at: folder.path("journal"))
    let sink = LogDestination(.journal(folder.path("journal"))).sink(SampleEntries.place, rotation: LogRotation())
    #expect(sink.write(entries, now: 0) == SinkOutcome(written: entries.count))
    var export: [UInt8] = []
    for number in entries.indices {
      export += Array("__REALTIME_TIMESTAMP=\(1_714_979_289_000_000 + number)\n__MONOTONIC_TIMESTAMP=\(number)\n".utf8)
      export += Array("_BOOT_ID=0123456789abcdef0123456789abcdef\n".utf8)
      export += try #require(reader.next()) + [0x0A]
    }
    let file = folder.path("entries.journal")
    let written = try await Program("sh").run([
      "-c", "\"$@\"", "sh", JournalFiles.writer, "--output=\(file)", try folder.write("entries.export", export),
    ])
    #expect(written.status == 0, "\(written.errors)")
    let read = try await Program("journalctl").run(["--file=\(file)", "--output=json", "--quiet"] + query)
    #expect(read.status == 0, "\(read.errors)")
    return try read.output.split(separator: "\n").map {
      try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
    }
  }

  @Test func entriesAreFoundByTheirFields() async throws {
    let hostile = "two\nPRIORITY=0\nlines"
    let entries = [try SampleEntries.packet(parameter: hostile), SampleEntries.message]
    let packets = try await found(["SENTRY_SOURCE=203.0.113.9"], among: entries)
    #expect(packets.count == 1)
    let packet = try #require(packets.first)
    #expect(packet["SENTRY_RULE"] == "2.1.5.1")
    #expect(packet["SENTRY_RULE_NAME"] == "telnet probe")
    #expect(packet["SENTRY_DESTINATION_PORT"] == "23")
    #expect(packet["SENTRY_PARAMETER"] == hostile)
    #expect(packet["PRIORITY"] == "4")
    let all = try await found(["SYSLOG_IDENTIFIER=sentry"], among: entries)
    #expect(all.map { $0["MESSAGE"] ?? "" }.last == "firewall on")
    #expect(all.count == 2)
  }
}
