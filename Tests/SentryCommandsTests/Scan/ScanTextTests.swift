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

  /// nc(1) of OpenBSD, as Debian has it; then Ncat, as Fedora has it; then what is neither.
  @Test func whatIsFoundIsRead() throws {
    let answer = ScanProbe.answer(
      reading: """
        source 10.77.0.2
        tcp 22 Connection to 10.77.0.1 22 port [tcp/*] succeeded! status 0
        tcp 23 nc: connect to 10.77.0.1 port 23 (tcp) failed: Connection refused status 1
        tcp 24 nc: connect to 10.77.0.1 port 24 (tcp) timed out: Operation now in progress status 1
        tcp 25 status 1
        tcp 27 status 124
        udp 53 Connection to 10.77.0.1 53 port [udp/*] succeeded! status 0
        udp 54 status 1
        tcp 26 nc: connect to 10.77.0.1 port 26 (tcp) failed: Network is unreachable status 1
        tcp 32 Ncat: Version 7.92 ( https://nmap.org/ncat ) Ncat: Connected to 10.77.0.1:32. Ncat: 0 bytes sent, 0 bytes received in 0.01 seconds. status 0
        tcp 33 Ncat: Connection refused. status 1
        tcp 34 Ncat: TIMEOUT. status 1
        udp 35 Ncat: Connected to 10.77.0.1:35. Ncat: UDP packet sent successfully Ncat: 1 bytes sent, 0 bytes received in 2.01 seconds. status 0
        udp 36 Ncat: Connected to 10.77.0.1:36. Ncat: Connection refused. status 1
        tcp 40 BusyBox v1.36.1 multi-call binary. Usage: nc [-iN] status 1
        udp 41 nc: unknown option status 64
        tcp 42 Connection to 10.77.0.1 42 port [tcp/*] succeeded!
        """)
    #expect(answer.source == IPAddress("10.77.0.2"))
    let found = Dictionary(uniqueKeysWithValues: answer.findings.map { ("\($0.number)/\($0.transport)", $1) })
    #expect(
      found == [
        "22/tcp": .open, "23/tcp": .closed, "24/tcp": .silent, "25/tcp": .silent, "27/tcp": .silent, "53/udp": .silent,
        "54/udp": .closed, "26/tcp": .failed, "32/tcp": .open, "33/tcp": .closed, "34/tcp": .silent, "35/udp": .silent,
        "36/udp": .closed, "40/tcp": .failed, "41/udp": .failed, "42/tcp": .failed,
      ])
  }

  /// More to say than there is room for, on both sides at once.
  @Test func neitherOutputWaitsForTheOther() async throws {
    for (count, isCut) in [(300_000, false), (3_000_000, true)] {
      let (output, errors) = (Pipe(), Pipe())
      let script = "head -c \(count) /dev/zero >&2; head -c \(count) /dev/zero"
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-c", script]
      (process.standardOutput, process.standardError) = (output, errors)
      try process.run()
      let words = ProgramWords(output: output.fileHandleForReading, errors: errors.fileHandleForReading)
      if isCut { process.terminate() }
      #expect(words.isCut == isCut)
      #expect(isCut || words.output.count == count && words.errors.count == count)
      #expect(words.output.count < ProgramWords.most * 2 && words.errors.count < ProgramWords.most * 2)
    }
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
