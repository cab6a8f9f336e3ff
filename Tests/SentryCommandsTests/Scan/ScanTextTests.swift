import Foundation
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryCommands

/// Ports as people write them, and what comes back from the other end.
@Suite struct ScanTextTests {
  private func ports(_ text: String) throws -> [String] {
    try ScanPorts(reading: text).ports.map { "\($0.number)/\($0.transport)" }
  }

  @Test func portsAreReadAndEachIsAskedOnce() throws {
    #expect(try ports("22/tcp,80-82/tcp,81/tcp") == ["22/tcp", "80/tcp", "81/tcp", "82/tcp"])
    #expect(try ports("53") == ["53/tcp", "53/udp"])
    #expect(try ports("1-1024/udp").count == 1_024)
  }

  @Test(arguments: ["", ",", "0", "22;reboot", "-1", "65536", "9-8", "22/sctp", "1-1025/tcp", "1-1024", "$(id)", "2 2"])
  func otherPortsAreRefused(text: String) {
    #expect(throws: CommandFailure.self) { try ScanPorts(reading: text) }
  }

  /// nc(1) of OpenBSD, as Debian has it.
  @Test func whatIsFoundIsRead() throws {
    let answer = ScanProbe.answer(
      reading: """
        source 10.77.0.2
        tcp 22 Connection to 10.77.0.1 22 port [tcp/*] succeeded!
        tcp 23 nc: connect to 10.77.0.1 port 23 (tcp) failed: Connection refused
        tcp 24 nc: connect to 10.77.0.1 port 24 (tcp) timed out: Operation now in progress
        tcp 25
        udp 53 Connection to 10.77.0.1 53 port [udp/*] succeeded!
        udp 54
        tcp 26 nc: connect to 10.77.0.1 port 26 (tcp) failed: Network is unreachable
        """)
    #expect(answer.source == IPAddress("10.77.0.2"))
    let found = Dictionary(uniqueKeysWithValues: answer.findings.map { ("\($0.number)/\($0.transport)", $1) })
    #expect(
      found == [
        "22/tcp": .open, "23/tcp": .closed, "24/tcp": .silent, "25/tcp": .silent, "53/udp": .silent, "54/udp": .closed,
        "26/tcp": .failed,
      ])
  }

  @Test(arguments: ["", "source", "source x; rm", "tcp", "tcp 99999 open", "sctp 1 open", "\u{1B}[2J", "tcp -1 open"])
  func nonsenseFromTheOtherEndIsNothing(text: String) {
    let answer = ScanProbe.answer(reading: text)
    #expect(answer.findings.isEmpty && answer.source == nil)
  }

  @Test(arguments: [
    ("tcp", true, "pass", ScanProbe.Finding.open, true), ("tcp", true, "pass", .silent, false),
    ("tcp", false, "pass", .closed, true), ("tcp", false, "reject", .closed, true),
    ("tcp", true, "reject", .open, false),
    ("tcp", true, "delete", .silent, true), ("tcp", true, "delete", .closed, false),
    ("udp", true, "pass", .silent, true), ("udp", false, "pass", .closed, true),
    ("udp", false, "reject", .silent, false),
    ("tcp", true, "pass", .failed, false),
  ])
  func findingsAreHeldAgainstTheRules(
    transport: String, listening: Bool, verdict: String, found: ScanProbe.Finding, agrees: Bool
  ) {
    let port = ScanPorts.Port(transport: transport, number: 22)
    let line = ScanReport.Line(port, listening: listening, verdict: verdict, rule: "1", found: found)
    #expect(line.agrees == agrees)
  }
}
