import Foundation
import SentryJournal
import Testing

/// Packets that a system's log tells of, whose daemon has written lines that came again but once (syslogd(8) of FreeBSD;
/// `$RepeatedMsgReduction` of rsyslog).
@Suite struct LogLinesTests {
  private static let entry =
    "May  6 07:08:08 gw kernel: ipfw: 200 Deny TCP 203.0.113.9:40001 192.0.2.10:23 in via em0"
  private static let newer =
    "2024-05-06T07:08:08.5+00:00 gw sentry[4]: packet dropped 2 probe  TCP 203.0.113.9:40001 -> 192.0.2.10:23 in via em0 60 bytes"

  private func packets(_ lines: [String]) -> UInt64 {
    var log = LogLines(LogReader(LogPlace(timeZone: .gmt, now: 1_715_065_689)))
    var summary = LogSummary()
    for line in lines {
      let (reading, times) = log.read(line[...])
      #expect(reading != .damaged)
      if case .entry(let entry) = reading { summary.add(entry, times: times) }
    }
    return summary.lines { _, _ in nil }.reduce(0) { $0 + $1.packetsIn + $1.packetsOut }
  }

  @Test(arguments: [
    "May  6 07:08:09 gw last message repeated 5 times", "May  6 07:08:09 gw syslogd: last message repeated 5 times",
    "May  6 07:08:09 --- last message repeated 5 times ---", "--- last message repeated 5 times ---",
    "May  6 07:08:09 gw --- last message repeated 5 times ---", "2024-05-06T07:08:09Z gw last message repeated 5 times",
    "May  6 07:08:09 gw kernel: message repeated 5 times: [ ipfw: 200 Deny TCP 203.0.113.9:40001 192.0.2.10:23 in via em0]",
  ])
  func `an entry that came again counts as often as the log says`(line: String) {
    #expect(packets([Self.entry, line]) == 6)
    // Each of two such lines is about the same entry.
    #expect(packets([Self.entry, line, line]) == 11)
  }

  @Test func `sentry's own entries count as well`() {
    let again = "2024-05-06T07:08:09+00:00 gw sentry[4]: message repeated 3 times: [ packet dropped 2 probe  TCP 203.0]"
    #expect(packets([Self.newer, again]) == 4)
    #expect(packets([Self.newer, "2024-05-06T07:08:09+00:00 gw last message repeated 1 time"]) == 2)
  }

  @Test func `what came again was no entry, or another host's`() {
    let again = "May  6 07:08:10 gw last message repeated 5 times"
    #expect(packets([Self.entry, "May  6 07:08:09 gw sshd[7]: Accepted publickey for root", again]) == 1)
    #expect(packets([Self.entry, "May  6 07:08:10 other last message repeated 5 times"]) == 1)
    #expect(packets([again]) == 0)
    #expect(packets([Self.entry, "May  6 07:08:09 other sshd[7]: Accepted publickey for root", again]) == 6)
  }

  @Test func `other programs cannot say it, nor is a number believed that cannot be`() {
    #expect(packets([Self.entry, "May  6 07:08:10 gw sshd[7]: last message repeated 5 times"]) == 1)
    #expect(packets([Self.entry, "May  6 07:08:10 gw sshd[7]: message repeated 5 times: [ Accepted key ]"]) == 1)
    #expect(packets([Self.entry, "May  6 07:08:10 gw last message repeated 99999999999999999999 times"]) == 1)
    #expect(packets([Self.entry, "May  6 07:08:10 gw last message repeated -5 times"]) == 1)
  }
}
