import SentryControl
import SentryDiagnostics
import SentryRules
import Testing

@testable import SentryCommands

@Suite struct ConnectionsTextTests {
  private static let connection = ConnectionReport(
    protocol: "TCP", local: "192.0.2.1:22", remote: "203.0.113.9:40000", direction: "in", state: "established",
    packetsIn: 12, packetsOut: 10, bytesIn: 2_048, bytesOut: 1_536, bytesPerSecond: 300, firstTime: 1_700_000_000,
    lastTime: 1_700_000_060, application: "/usr/sbin/sshd")

  @Test func connectionsAreATable() {
    let reply = ConnectionsReply(time: 1_700_000_065, count: 3, connections: [Self.connection], seconds: 1)
    #expect(
      Connections.lines(of: reply, style: Style(isOn: false)) == [
        "protocol  local            remote             state        per second       in      out  silent  application",
        "TCP       192.0.2.1:22  <  203.0.113.9:40000  established       300 B  2.0 KiB  1.5 KiB      5s  /usr/sbin/sshd",
        "and 2 more",
      ])
  }

  @Test func nothingIsSaidInWords() {
    let reply = ConnectionsReply(time: 0, count: 0, connections: [], seconds: 0)
    #expect(Connections.lines(of: reply, style: Style(isOn: false)) == ["no connections"])
  }

  @Test func unwatchedInterfacesHaveNoCounts() {
    let reply = InterfacesReply(
      time: 0,
      interfaces: [
        HostInterfaceReport(
          name: "eth0", watched: true, filters: true, external: true, bridge: false, listed: true, isUp: true,
          addresses: ["192.0.2.1"], packets: 1_200, bytes: 4_096, drops: 2),
        HostInterfaceReport(
          name: "tun0", watched: false, filters: true, external: true, bridge: false, listed: false, isUp: false,
          addresses: []),
      ])
    let lines = Interfaces.lines(of: reply, style: Style(isOn: false))
    #expect(lines.count == 3)
    #expect(lines[1].hasPrefix("eth0"))
    #expect(lines[1].contains("up, watched"))
    #expect(lines[1].contains("1,200"))
    #expect(lines[2].contains("down"))
    #expect(lines[2].contains(" - "))
  }
}
