import SentryPacket
import SentryRules
import Testing

private let syn = TestPacket.tcp(flags: TCPFlag.syn)
private let synAck = TestPacket.tcp(flags: TCPFlag.syn | TCPFlag.ack)
private let ack = TestPacket.tcp(flags: TCPFlag.ack)
private let synPush = TestPacket.tcp(flags: TCPFlag.syn | TCPFlag.psh)

@Test(arguments: [
  ConditionCase("TCP header flags", .equal, "syn,-ack", "SYN", syn, true),
  ConditionCase("TCP header flags", .equal, "syn,-ack", "SYN+ACK", synAck, false),
  ConditionCase("TCP header flags", .equal, "syn,-ack", "ACK", ack, false),
  ConditionCase("TCP header flags", .equal, "syn,-ack", "SYN+PSH", synPush, true),
  ConditionCase("TCP header flags", .equal, "rst", "RST", .tcp(flags: TCPFlag.rst), true),
  ConditionCase("TCP header flags", .equal, "rst", "RST+ACK", .tcp(flags: TCPFlag.rst | TCPFlag.ack), true),
  ConditionCase("TCP header flags", .equal, "rst", "a UDP packet", .udp(), false),
  ConditionCase("TCP header flags", .notEqual, "rst", "a UDP packet", .udp(), true),
  ConditionCase("TCP header flags", .equal, " SYN , -ACK (new)", "SYN", syn, true),
  ConditionCase("TCP header flags", .equal, "fin,psh,urg", "a Christmas tree", .tcp(flags: 0x29), true),
  ConditionCase("TCP header flags", .equal, "-fin,-syn,-rst,-psh,-ack,-urg", "no flags at all", .tcp(flags: 0), true),
  ConditionCase("TCP header flags", .equal, "ece,cwr", "ECN set up", .tcp(flags: 0xC2), true),
])
func tcpHeaderFlags(_ row: ConditionCase) throws { try row.expect() }

@Test(arguments: [
  RefusedValue("TCP header flags", "", "'TCP header flags' needs a value"),
  RefusedValue("TCP header flags", "sin", "did you mean 'fin'?"),
  RefusedValue("TCP header flags", "syn;ack", "found 'syn;ack'"),
  RefusedValue("TCP header flags", "syn,-syn", "both on and off"),
  RefusedValue("TCP header flags", "syn,", "found nothing in 'syn,'"),
])
func refusedFlags(_ row: RefusedValue) { row.expect() }
