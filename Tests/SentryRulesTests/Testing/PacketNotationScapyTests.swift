import Foundation
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryRules

private enum Scapy {
  static let python = Program("python3")

  /// Scapy is a Python module: whether it is there only Python knows.
  static func isThere() async throws -> Bool {
    guard python.isThere else { return false }
    return try await python.run(["-c", "import scapy.all"]).status == 0
  }
}

/// Described packets against the same ones made by Scapy, byte by byte.
@Suite(.enabled("python3-scapy is not installed") { try await Scapy.isThere() })
struct PacketNotationScapyTests {
  /// A line, and what makes the same frame in Scapy. `me` is 192.0.2.1 and 2001:db8::1; `E` is the usual Ethernet header.
  static let rows: [(line: String, scapy: String)] = [
    (
      "tcp 203.0.113.9:40000 > me:23 syn in external",
      "E/IP(src='203.0.113.9',dst='192.0.2.1',id=0)/TCP(sport=40000,dport=23,seq=1,flags='S')"
    ),
    (
      "tcp me:443 > 203.0.113.9:40000 syn,ack seq 5000 ack 2 window 64240",
      "E/IP(src='192.0.2.1',dst='203.0.113.9',id=0)/TCP(sport=443,dport=40000,seq=5000,ack=2,flags='SA',window=64240)"
    ),
    (
      "tcp [2001:db8:bad::9]:40000 > [2001:db8::1]:80 'hello'",
      "E/IPv6(src='2001:db8:bad::9',dst='2001:db8::1')/TCP(sport=40000,dport=80,seq=1,flags='PA')/b'hello'"
    ),
    (
      "tcp 203.0.113.9:40000 > me:443 syn mss 1460 sackok timestamps 1 0 nop wscale 7",
      """
      E/IP(src='203.0.113.9',dst='192.0.2.1',id=0)/TCP(sport=40000,dport=443,seq=1,flags='S',\
      options=[('MSS',1460),('SAckOK',b''),('Timestamp',(1,0)),('NOP',None),('WScale',7)])
      """
    ),
    (
      "tcp 203.0.113.9:40000 > me:443 ack 5001 nop nop sack 100-200",
      """
      E/IP(src='203.0.113.9',dst='192.0.2.1',id=0)/TCP(sport=40000,dport=443,seq=1,ack=5001,flags='A',\
      options=[('NOP',None),('NOP',None),('SAck',(100,200))])
      """
    ),
    (
      "tcp 203.0.113.9:40000 > me:80 no-flags",
      "E/IP(src='203.0.113.9',dst='192.0.2.1',id=0)/TCP(sport=40000,dport=80,seq=1,flags=0)"
    ),
    (
      "tcp 203.0.113.9:1 > me:2 fin urg psh ece cwr",
      "E/IP(src='203.0.113.9',dst='192.0.2.1',id=0)/TCP(sport=1,dport=2,seq=1,flags='FPUEC')"
    ),
    (
      "udp 203.0.113.9:53 > me:50000 ttl 1 dscp ef id 99 hex 'de ad' zeros 3",
      """
      E/IP(src='203.0.113.9',dst='192.0.2.1',id=99,ttl=1,tos=46<<2)/UDP(sport=53,dport=50000)\
      /b'\\xde\\xad\\0\\0\\0'
      """
    ),
    (
      "udp [2001:db8::53]:53 > me:50000 dscp cs6 ttl 9 size 60",
      "E/IPv6(src='2001:db8::53',dst='2001:db8::1',hlim=9,tc=48<<2)/UDP(sport=53,dport=50000)/(b'\\0'*12)"
    ),
    (
      "udp 203.0.113.9:53 > me:50000 fragment 0+ id 7 zeros 16",
      "E/IP(src='203.0.113.9',dst='192.0.2.1',id=7,flags='MF')/UDP(sport=53,dport=50000)/(b'\\0'*16)"
    ),
    (
      "udp 203.0.113.9 > me fragment 185 id 7 'tail'",
      "E/IP(src='203.0.113.9',dst='192.0.2.1',id=7,frag=185,proto=17)/b'tail'"
    ),
    (
      "udp 2001:db8:bad::9 > me fragment 185+ id 123456 'tail'",
      """
      E/IPv6(src='2001:db8:bad::9',dst='2001:db8::1')\
      /IPv6ExtHdrFragment(nh=17,offset=185,m=1,id=123456)/b'tail'
      """
    ),
    (
      "tcp 203.0.113.9:40000 > me:80 syn ip-option loose-source-route",
      """
      E/IP(src='203.0.113.9',dst='192.0.2.1',id=0,options=[IPOption(copy_flag=1,option=3,value=b'\\x08\\xc0\\0\\x02\\xfe')])\
      /TCP(sport=40000,dport=80,seq=1,flags='S')
      """
    ),
    (
      "tcp 203.0.113.9:40000 > me:80 syn ip-option strict-source-route",
      """
      E/IP(src='203.0.113.9',dst='192.0.2.1',id=0,options=[IPOption(copy_flag=1,option=9,value=b'\\x08\\xc0\\0\\x02\\xfe')])\
      /TCP(sport=40000,dport=80,seq=1,flags='S')
      """
    ),
    (
      "udp 203.0.113.9:1 > me:2 ip-option record-route",
      """
      E/IP(src='203.0.113.9',dst='192.0.2.1',id=0,options=[IPOption_RR(pointer=4,routers=['0.0.0.0'])])\
      /UDP(sport=1,dport=2)
      """
    ),
    (
      "udp 203.0.113.9:1 > me:2 ip-option router-alert",
      "E/IP(src='203.0.113.9',dst='192.0.2.1',id=0,options=[IPOption_Router_Alert()])/UDP(sport=1,dport=2)"
    ),
    (
      "icmp 203.0.113.9 > me echo-request id 7 seq 3 'ping'",
      "E/IP(src='203.0.113.9',dst='192.0.2.1',id=0)/ICMP(type=8,id=7,seq=3)/b'ping'"
    ),
    (
      "icmp 198.51.100.1 > me unreachable port quoting ( udp me:5000 > 192.0.2.9:53 )",
      """
      E/IP(src='198.51.100.1',dst='192.0.2.1',id=0)/ICMP(type=3,code=3)\
      /IP(src='192.0.2.1',dst='192.0.2.9',id=0)/UDP(sport=5000,dport=53)
      """
    ),
    (
      "icmp 198.51.100.1 > me unreachable fragmentation mtu 1400 quoting ( tcp me:5000 > 192.0.2.9:443 size 1500 )",
      """
      E/IP(src='198.51.100.1',dst='192.0.2.1',id=0)/ICMP(type=3,code=4,nexthopmtu=1400)\
      /bytes(IP(src='192.0.2.1',dst='192.0.2.9',id=0)/TCP(sport=5000,dport=443,seq=1,flags='PA')/(b'\\0'*1460))[:548]
      """
    ),
    (
      "icmp 192.0.2.254 > me redirect host gateway 192.0.2.253 quoting ( tcp me:5000 > 198.51.100.80:443 )",
      """
      E/IP(src='192.0.2.254',dst='192.0.2.1',id=0)/ICMP(type=5,code=1,gw='192.0.2.253')\
      /IP(src='192.0.2.1',dst='198.51.100.80',id=0)/TCP(sport=5000,dport=443,seq=1,flags='A')
      """
    ),
    (
      "icmp6 2001:db8:bad::9 > me echo-request id 7 seq 3 'ping'",
      "E/IPv6(src='2001:db8:bad::9',dst='2001:db8::1')/ICMPv6EchoRequest(id=7,seq=3,data=b'ping')"
    ),
    (
      "icmp6 2001:db8::ff > me packet-too-big mtu 1280 quoting ( udp me:5000 > [2001:db8:9::1]:443 )",
      """
      E/IPv6(src='2001:db8::ff',dst='2001:db8::1')/ICMPv6PacketTooBig(mtu=1280)\
      /IPv6(src='2001:db8::1',dst='2001:db8:9::1')/UDP(sport=5000,dport=443)
      """
    ),
    (
      "icmp6 2001:db8::ff > me unreachable no-route",
      "E/IPv6(src='2001:db8::ff',dst='2001:db8::1')/ICMPv6DestUnreach(code=0)"
    ),
    ("gre 198.51.100.7 > me 'inside'", "E/IP(src='198.51.100.7',dst='192.0.2.1',id=0,proto=47)/b'inside'"),
    ("proto 89 192.0.2.254 > 224.0.0.5", "E/IP(src='192.0.2.254',dst='224.0.0.5',id=0,proto=89)"),
    (
      "udp 192.0.2.30:5353 > 224.0.0.251:5353 mac 02:00:00:00:00:0a > 01:00:5e:00:00:fb vlan 100 vlan 7",
      """
      Ether(src='02:00:00:00:00:0a',dst='01:00:5e:00:00:fb',type=0x88a8)/Dot1Q(vlan=100)/Dot1Q(vlan=7)\
      /IP(src='192.0.2.30',dst='224.0.0.251',id=0)/UDP(sport=5353,dport=5353)
      """
    ),
    (
      "udp me:50000 > 192.0.2.53:53 dns www.example.org aaaa",
      """
      E/IP(src='192.0.2.1',dst='192.0.2.53',id=0)/UDP(sport=50000,dport=53)\
      /DNS(id=1,rd=1,qd=DNSQR(qname='www.example.org',qtype='AAAA'))
      """
    ),
    (
      "tcp me:50000 > 192.0.2.53:53 dns example.org mx",
      """
      E/IP(src='192.0.2.1',dst='192.0.2.53',id=0)/TCP(sport=50000,dport=53,seq=1,flags='PA')\
      /DNS(id=1,rd=1,qd=DNSQR(qname='example.org',qtype='MX'))
      """
    ),
    (
      "tcp 203.0.113.9:40000 > me:80 http GET /index.html host example.org",
      """
      E/IP(src='203.0.113.9',dst='192.0.2.1',id=0)/TCP(sport=40000,dport=80,seq=1,flags='PA')\
      /b'GET /index.html HTTP/1.1\\r\\nHost: example.org\\r\\n\\r\\n'
      """
    ),
    (
      "tcp 203.0.113.9:40000 > me:80 \"0123456789\" bytes 2-4",
      "E/IP(src='203.0.113.9',dst='192.0.2.1',id=0)/TCP(sport=40000,dport=80,seq=1,flags='PA')/b'234'"
    ),
  ]

  private static let script = """
    import sys
    from scapy.all import *
    E = Ether(src='02:00:00:00:00:02', dst='02:00:00:00:00:01')
    TCP.fields_desc[7].default = 0x2000
    for line in sys.stdin:
      print(bytes(eval(line)).hex())
    """

  @Test func sameBytesAsScapy() async throws {
    let input = Data(Self.rows.map { $0.scapy + "\n" }.joined().utf8)
    let run = try await Scapy.python.run(["-c", Self.script], input: input)
    let expected = run.output.split(separator: "\n").map(String.init)
    try #require(expected.count == Self.rows.count, "\(run.errors.suffix(600))")
    for (row, expected) in zip(Self.rows, expected) {
      let frame = try PacketNotation.parse(row.line).frame()
      #expect(frame.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected, "\(row.line)")
    }
  }

  /// Python's own TLS, which is OpenSSL, reads the name in the first message, also when that comes in two pieces.
  @Test(arguments: [["tls www.example.org"], ["tls www.example.org bytes 0-59", "tls www.example.org bytes 60-"]])
  func aServerReadsTheName(pieces: [String]) async throws {
    var hello: [UInt8] = []
    for piece in pieces {
      let frame = try PacketNotation.parse("tcp me:50000 > 198.51.100.80:443 \(piece)").frame()
      hello += frame.dropFirst(14 + 20 + 20)
    }
    let script = """
      import ssl, sys
      names = []
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.sni_callback = lambda socket, name, context: names.append(name)
      incoming = ssl.MemoryBIO()
      server = context.wrap_bio(incoming, ssl.MemoryBIO(), server_side=True)
      incoming.write(sys.stdin.buffer.read())
      try: server.do_handshake()
      except ssl.SSLError: pass  # it has no certificate to answer with
      print(names)
      """
    let run = try await Scapy.python.run(["-c", script], input: Data(hello))
    #expect(run.output == "['www.example.org']\n", "\(run.errors)")
  }
}
