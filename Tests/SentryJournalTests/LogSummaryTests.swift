import Foundation
import SentryJournal
import Testing

private let place = LogPlace(timeZone: .gmt, now: 1_715_065_689)

private func summary(of lines: [String]) throws -> [LogSummary.Line] {
  var summary = LogSummary()
  for line in lines {
    guard case .entry(let entry) = LogReader(place).read(line[...]) else {
      Issue.record("not read: \(line)")
      continue
    }
    summary.add(entry)
  }
  return summary.lines { port, _ in port == 22 ? "ssh" : nil }
}

/// A conversation, a probe, pings both ways, and a tunnel, as ipfw logs them.
private let systemLog = [
  "May  6 07:00:00 gw kernel: ipfw: 100 Accept TCP 198.51.100.4:50000 192.0.2.10:22 in via en0",
  "May  6 07:00:01 gw kernel: ipfw: 100 Accept TCP 192.0.2.10:22 198.51.100.4:50000 out via en0",
  "May  6 07:00:02 gw kernel: ipfw: 100 Accept TCP 198.51.100.4:50001 192.0.2.10:22 in via en0",
  "May  6 07:00:03 gw kernel: ipfw: 200 Deny TCP 203.0.113.9:40001 192.0.2.10:23 in via en0",
  "May  6 07:00:04 gw kernel: ipfw: 300 Accept UDP 192.0.2.10:51000 9.9.9.9:53 out via en0",
  "May  6 07:00:05 gw kernel: ipfw: 400 Accept ICMP:8.0 192.0.2.10 198.51.100.4 out via en0",
  "May  6 07:00:05 gw kernel: ipfw: 400 Accept ICMP:0.0 198.51.100.4 192.0.2.10 in via en0",
  "May  6 07:00:06 gw kernel: ipfw: 500 Accept P:47 192.0.2.10 198.51.100.4 out via en0",
]

@Suite struct LogSummaryTests {
  @Test func `ends, arrow, service and packets of an ipfw log`() throws {
    let rows = try summary(of: systemLog).map {
      [
        $0.verdict.rawValue, $0.inside, $0.arrow, $0.outside, $0.protocol, $0.service ?? "", String($0.packetsIn),
        String($0.packetsOut),
      ].joined(separator: " ")
    }
    #expect(
      rows == [
        "dropped 192.0.2.10:23 <- 203.0.113.9 TCP  1 0",
        "passed 192.0.2.10:22 <> 198.51.100.4 TCP ssh 2 1",
        "passed 192.0.2.10 -> 198.51.100.4 47  0 1",
        "passed 192.0.2.10 <- 198.51.100.4 ICMP echo reply 1 0",
        "passed 192.0.2.10 -> 198.51.100.4 ICMP echo request 0 1",
        "passed 192.0.2.10 -> 9.9.9.9:53 UDP  0 1",
      ])
  }

  @Test(arguments: LogFormatName.allCases)
  func `the same traffic gives the same summary in every form`(form: LogFormatName) throws {
    let format = form.format(place)
    let lines = try systemLog.map { line in
      var entry = try #require(IPFWLogFormat(place).entry(line[...]))
      entry.byteCount = 60
      return try #require(format.line(entry))
    }
    #expect(try summary(of: lines) == summary(of: systemLog))
  }

  @Test func `entries without a packet count nowhere`() throws {
    var summary = LogSummary()
    let entry = try #require(TextLogFormat(timeZone: .gmt).entry("2024-05-06 07:08:09  firewall on"))
    summary.add(entry)
    #expect(summary.lines { _, _ in nil }.isEmpty)
  }
}
