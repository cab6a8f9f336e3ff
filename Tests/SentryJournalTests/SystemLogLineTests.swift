import Foundation
import SentryJournal
import Testing

/// 2024-05-06 07:08:09 UTC, as date(1) reckons it; what is read is read a day later.
private let start = 1_714_979_289.0
private let reader = LogReader(LogPlace(timeZone: .gmt, hostName: "gw", now: start + 86_400))

/// Lines as the daemons that keep a system's log write them: rsyslog with RSYSLOG_TraditionalFileFormat and RSYSLOG_FileFormat,
/// `journalctl -o short-iso` of systemd before and after version 256.
@Suite struct SystemLogLineTests {
  private static let stamps = [
    "May  6 07:08:09", "2024-05-06T07:08:09.123456+00:00", "2024-05-06T07:08:09Z", "2024-05-06T09:08:09+02:00",
    "2024-05-06T07:08:09+0000", "2024-05-06T01:38:09.5-05:30",
  ]
  private static let packet = "TCP 203.0.113.9:40001 -> 192.0.2.10:23 in via eth0 60 bytes"

  @Test(arguments: stamps, ["sentry[411]", "sentry"])
  func `an entry in text is read, with its time`(stamp: String, tag: String) throws {
    let entry = try entry("\(stamp) gw \(tag): packet dropped 2.1.5.1 telnet probe  \(Self.packet)")
    #expect(entry.time == start)
    #expect(entry.action == "packet dropped")
    #expect(entry.rule == "2.1.5.1 telnet probe")
    #expect([entry.source, entry.destination] == ["203.0.113.9:40001", "192.0.2.10:23"])
  }

  @Test(arguments: stamps, ["sentry[411]", "sentry", "kernel"])
  func `an entry in ipfw's form is read, with its time`(stamp: String, tag: String) throws {
    let entry = try entry("\(stamp) gw \(tag): ipfw: 2.1.5.1 Deny TCP 203.0.113.9:40001 192.0.2.10:23 in via eth0")
    #expect(entry.time == start)
    #expect(entry.action == "packet dropped")
    #expect([entry.rule, entry.source, entry.destination] == ["2.1.5.1", "203.0.113.9:40001", "192.0.2.10:23"])
  }

  @Test(arguments: stamps, ["sentry[411]", "sentry"])
  func `an entry in EVE is read`(stamp: String, tag: String) throws {
    let written = try entry("2024-05-06 07:08:09  packet dropped 2.1.5.1 telnet probe  \(Self.packet)")
    let line = try #require(LogFormatName.eve.format(LogPlace(timeZone: .gmt, hostName: "gw")).line(written))
    #expect(try entry("\(stamp) gw \(tag): \(line)") == written)
  }

  @Test(arguments: stamps)
  func `other programs' lines are passed over, and no rule is read out of them`(stamp: String) {
    for text in ["sshd[77]: Accepted publickey for root", "sentry: what is this", "sentry[12", "kernel: x"] {
      #expect(reader.read("\(stamp) gw \(text)"[...]) == .other)
    }
  }

  @Test(arguments: [
    "2024-13-06T07:08:09Z", "2024-05-06T24:08:09Z", "2024-05-06T07:08:09", "2024-05-06T07:08:09+2:00",
    "2024-05-06 07:08:09Z", "+024-05-06T07:08:09Z",
  ])
  func `what is no moment begins no line`(stamp: String) {
    #expect(reader.read("\(stamp) gw sentry[411]: packet dropped 1  \(Self.packet)"[...]) == .damaged)
  }

  private func entry(_ line: String) throws -> LogEntry {
    guard case .entry(let entry) = reader.read(line[...]) else { throw NotRead(line: line) }
    return entry
  }

  private struct NotRead: Error { let line: String }
}
