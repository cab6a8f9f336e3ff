import Foundation
import SentryPacket
import SentryTestSupport
import Testing

/// What we make against what Scapy makes from the same RFCs, byte by byte (`Oracle/scapy_answers.py`).
@Suite(.enabled("python3-scapy is not installed") { try await Scapy.isThere() })
struct AnswersScapyTests {
  private static let datagrams: [AnsweredFrame] = [
    AnsweredFrame("an empty datagram", Frame.udp(from: "203.0.113.9", 53, to: "192.0.2.10", 40_000)),
    AnsweredFrame(
      "a datagram that fits in",
      Frame.udp(from: "203.0.113.9", 53, to: "192.0.2.10", 40_000, payload: [UInt8](repeating: 7, count: 520))),
    AnsweredFrame(
      "a datagram that is one byte too long",
      Frame.udp(from: "203.0.113.9", 53, to: "192.0.2.10", 40_000, payload: [UInt8](repeating: 7, count: 521))),
    AnsweredFrame(
      "a datagram with IP options",
      Frame.udp(from: "203.0.113.9", 53, to: "192.0.2.10", 40_000, payload: [1, 2, 3], ipOptions: [0x94, 4, 0, 0])),
    AnsweredFrame(
      "a datagram over IPv6", Frame.udp(from: "2001:db8::9", 53, to: "2001:db8::10", 40_000, payload: [1, 2, 3])),
    AnsweredFrame(
      "a long datagram over IPv6",
      Frame.udp(from: "2001:db8::9", 53, to: "2001:db8::10", 40_000, payload: [UInt8](repeating: 7, count: 1400))),
    AnsweredFrame("a ping", Frame.icmp(from: "203.0.113.9", to: "192.0.2.10", type: 8, payload: [1, 2, 3])),
    AnsweredFrame("a ping over IPv6", Frame.icmp(from: "2001:db8::9", to: "2001:db8::10", type: 128)),
    AnsweredFrame("GRE", Frame.ipv4(from: "203.0.113.9", to: "192.0.2.10", protocol: 47, payload: [0, 0, 8, 0])),
  ]

  private typealias Row = (kind: String, frame: AnsweredFrame, ours: [UInt8]?)

  private static var rows: [Row] {
    AnsweredSegments.rows.flatMap { row -> [Row] in
      [
        ("reset", row, row.answer { $0.writeReset(answering: $1, in: $2) }),
        ("acknowledgement", row, row.answer { $0.writeAcknowledgement(of: $1, in: $2) }),
        ("closing", row, row.answer { $0.writeClosing($1, in: $2) }),
      ]
    } + datagrams.map { row in ("unreachable", row, row.answer { $0.writeUnreachable(about: $1, in: $2) }) }
  }

  @Test func sameBytesAsScapy() async throws {
    let rows = Self.rows
    let input = rows.map { "\($0.kind) \(hex($0.frame.packet))\n" }.joined()
    let run = try await Scapy.python.run(
      [TestFiles.path("Tests/SentryPacketTests/Oracle/scapy_answers.py")], input: Data(input.utf8))
    let expected = run.output.split(separator: "\n").map(String.init)
    try #require(expected.count == rows.count, "\(run.errors.suffix(800))")
    for (row, expected) in zip(rows, expected) {
      #expect(row.ours.map(hex) ?? "-" == expected, "\(row.kind) of \(row.frame.testDescription)")
    }
  }

  /// A browser's way of reading it.
  @Test(arguments: [
    nil, "Not here.", "<html><body>Grüße &amp; so</body></html>", String(repeating: "many words ", count: 700),
  ])
  func pythonReadsTheBlockedPage(text: String?) async throws {
    let script = """
      import http.client, io, sys
      class Connection:
        def makefile(self, mode): return io.BytesIO(sys.stdin.buffer.read())
      answer = http.client.HTTPResponse(Connection())
      answer.begin()
      body = answer.read()
      print(answer.status, answer.getheader("Connection"), answer.getheader("Content-Type"), len(body), answer.will_close)
      """
    let page = BlockedPage(text)
    let body = try #require(
      String(decoding: page.response, as: UTF8.self).split(separator: "\r\n\r\n", maxSplits: 1).last)
    let run = try await Scapy.python.run(["-c", script], input: Data(page.response))
    #expect(run.output == "403 close text/html; charset=utf-8 \(body.utf8.count) True\n", "\(run.errors)")
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

private enum Scapy {
  static let python = Program("python3")

  /// Scapy is a Python module: whether it is there only Python knows.
  static func isThere() async throws -> Bool {
    guard python.isThere else { return false }
    return try await python.run(["-c", "import scapy.all"]).status == 0
  }
}
