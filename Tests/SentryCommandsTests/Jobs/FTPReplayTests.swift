import SentryCapture
import SentryPacket
import SentryState
import SentryTestSupport
import Testing

@testable import SentryCommands

/// Sessions of FTP in a capture, replayed on several cores: a control connection and its data connections go to the same one.
@Suite struct FTPReplayTests {
  private static let document = """
    { rules = (
        { enabled = 1; propertyName = Include; propertyValue = state; filterActionName = Pass; },
        { enabled = 1; propertyName = "Dest port"; propertyValue = 21; filterActionName = Pass; },
        { enabled = 1; propertyName = Any; filterActionName = Delete; }
      );
      settings = { helpers = (ftp); };
    }
    """

  /// Sessions of many clients, turn by turn; every second one is in active mode.
  private static func packets(clients: Int) -> [[UInt8]] {
    var sessions = (0..<clients).map { FTPConversation(client: "203.0.113.\($0 + 1)") }
    var packets: [[UInt8]] = []
    for index in sessions.indices { packets += sessions[index].begin() }
    for index in sessions.indices {
      packets +=
        index % 2 == 0
        ? [sessions[index].asks("EPSV\r\n"), sessions[index].says("229 (|||\(5_000 + index)|)\r\n")]
        : [sessions[index].asks("EPRT |1|203.0.113.\(index + 1)|\(5_000 + index)|\r\n")]
    }
    for index in sessions.indices {
      packets.append(sessions[index].data(to: UInt16(5_000 + index), isActive: index % 2 == 1))
    }
    return packets
  }

  private static func capture(of packets: [[UInt8]], in folder: TemporaryFolder) throws -> String {
    let path = folder.path("ftp.pcap")
    var writer = try CaptureWriter(path: path, linkType: .ethernet)
    for (index, packet) in packets.enumerated() {
      let time = Timestamp(nanoseconds: 1_768_467_600_000_000_000 + Int64(index) * 1_000_000)
      let header = FrameHeader(number: UInt64(index + 1), time: time, wireLength: packet.count)
      packet.withRawSpan { writer.write($0, header) }
    }
    try writer.finish()
    return path
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func severalCoresGiveTheSame(salt: UInt64) throws {
    let folder = try TemporaryFolder()
    let packets = Self.packets(clients: 60)
    let path = try Self.capture(of: packets, in: folder)
    var comparison = try JobsComparison(document: Self.document, captures: [path])
    comparison.local = AddressSpans([AddressRange(prefix: try #require(IPAddress("192.0.2.10")), length: 32 + 96)])
    #expect(try comparison.expectSameFindings(jobs: 2, salt: salt, "ftp") == nil)
    let (findings, _) = try comparison.findings(jobs: 2, salt: salt)
    #expect(findings.outcome.totals[.pass] == UInt64(packets.count), "data connections are let through as well")
  }
}
