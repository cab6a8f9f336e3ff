import Foundation
import SentryJournal
import SentryPacket
import Testing

/// An entry as the control socket sends it, and its line in the classic forms (docs/Classic.md, "Events"); `nil` where a form leaves
/// such entries out.
struct LogFormatCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let json: String
  let text: String
  let plist: String
  let ipfw: String?
}

/// 2024-05-06 07:08:09 UTC, as date(1) reckons it.
private let start = 1_714_979_289
private let place = LogPlace(timeZone: .gmt, hostName: "gw.example.net", now: Double(start) + 86_400)

private let cases = [
  LogFormatCase(
    testDescription: "a deleted TCP packet",
    json: """
      {"time":1714979289,"action":"packet dropped","rule":"2.1.5.1 telnet probe","source":"203.0.113.9:40001",\
      "destination":"192.0.2.10:23","protocol":"TCP","byteCount":60,"direction":"in","interface":"eth0","parameter":""}
      """,
    text: "2024-05-06 07:08:09  packet dropped 2.1.5.1 telnet probe  "
      + "TCP 203.0.113.9:40001 -> 192.0.2.10:23 in via eth0 60 bytes  ",
    plist: #"{ time = "2024-05-06 07:08:09"; action = "packet dropped"; rule = "2.1.5.1 telnet probe"; "#
      + "source = 203.0.113.9:40001; destination = 192.0.2.10:23; protocol = TCP; byteCount = 60; direction = in; "
      + #"interface = eth0; parameter = ""; },"#,
    ipfw: "May 06 07:08:09 gw sentry: ipfw: 2.1.5.1 Deny TCP 203.0.113.9:40001 192.0.2.10:23 in via eth0"),
  LogFormatCase(
    testDescription: "a child's entry about a packet that its parent drops",
    json: """
      {"time":1714979290,"action":"packet dropped","subAction":"packet logged","rule":"2.7.1.1 note",\
      "source":"203.0.113.9:137","destination":"192.0.2.10:137","protocol":"UDP","byteCount":78,"direction":"in",\
      "interface":"eth0","parameter":"seen again"}
      """,
    text: "2024-05-06 07:08:10  packet dropped (packet logged) 2.7.1.1 note  "
      + "UDP 203.0.113.9:137 -> 192.0.2.10:137 in via eth0 78 bytes  seen again",
    plist: #"{ time = "2024-05-06 07:08:10"; action = "packet dropped"; subAction = "packet logged"; "#
      + #"rule = "2.7.1.1 note"; source = 203.0.113.9:137; destination = 192.0.2.10:137; protocol = UDP; "#
      + #"byteCount = 78; direction = in; interface = eth0; parameter = "seen again"; },"#,
    ipfw: "May 06 07:08:10 gw sentry: ipfw: 2.7.1.1 Deny UDP 203.0.113.9:137 192.0.2.10:137 in via eth0"),
  LogFormatCase(
    testDescription: "an echo request",
    json: """
      {"time":1714979291,"action":"packet logged","rule":"3.2 pings","source":"198.51.100.4","destination":"192.0.2.10",\
      "protocol":"ICMP:8,0","protocolDetail":"echo request","byteCount":84,"direction":"in","interface":"eth0",\
      "parameter":""}
      """,
    text: "2024-05-06 07:08:11  packet logged 3.2 pings  "
      + "ICMP:8,0 (echo request) 198.51.100.4 -> 192.0.2.10 in via eth0 84 bytes  ",
    plist: #"{ time = "2024-05-06 07:08:11"; action = "packet logged"; rule = "3.2 pings"; source = 198.51.100.4; "#
      + #"destination = 192.0.2.10; protocol = "ICMP:8,0"; byteCount = 84; direction = in; interface = eth0; "#
      + #"parameter = ""; },"#,
    ipfw: "May 06 07:08:11 gw sentry: ipfw: 3.2 Accept ICMP:8,0 198.51.100.4 192.0.2.10 in via eth0"),
  LogFormatCase(
    testDescription: "a check before the rules",
    json: """
      {"time":1714979293,"action":"packet dropped","rule":"rule = 0 short TCP header","source":"203.0.113.9:1",\
      "destination":"192.0.2.10:2","protocol":"TCP","byteCount":40,"direction":"in","interface":"eth0","parameter":""}
      """,
    text: "2024-05-06 07:08:13  packet dropped rule = 0 short TCP header  "
      + "TCP 203.0.113.9:1 -> 192.0.2.10:2 in via eth0 40 bytes  ",
    plist: #"{ time = "2024-05-06 07:08:13"; action = "packet dropped"; rule = "rule = 0 short TCP header"; "#
      + "source = 203.0.113.9:1; destination = 192.0.2.10:2; protocol = TCP; byteCount = 40; direction = in; "
      + #"interface = eth0; parameter = ""; },"#,
    ipfw: "May 06 07:08:13 gw sentry: ipfw: 0 Deny TCP 203.0.113.9:1 192.0.2.10:2 in via eth0"),
  LogFormatCase(
    testDescription: "an outbound IPv6 packet that is tried only",
    json: """
      {"time":1714979294,"action":"reject, packet dropped","rule":"2.4 \\"mail\\" \\\\ out","source":"[2001:db8::a]:40000",\
      "destination":"[2001:db8::25]:25","protocol":"TCP","byteCount":80,"direction":"out","interface":"wlan-1",\
      "parameter":"a; b","dryRun":true}
      """,
    text: #"2024-05-06 07:08:14  dry run: reject, packet dropped 2.4 "mail" \ out  "#
      + "TCP [2001:db8::a]:40000 -> [2001:db8::25]:25 out via wlan-1 80 bytes  a; b",
    plist: #"{ time = "2024-05-06 07:08:14"; action = "reject, packet dropped"; rule = "2.4 \"mail\" \\ out"; "#
      + #"source = "[2001:db8::a]:40000"; destination = "[2001:db8::25]:25"; protocol = TCP; byteCount = 80; "#
      + #"direction = out; interface = "wlan-1"; parameter = "a; b"; dryRun = 1; },"#,
    ipfw: "May 06 07:08:14 gw sentry: ipfw: 2.4 Deny TCP [2001:db8::a]:40000 [2001:db8::25]:25 out via wlan-1"),
  LogFormatCase(
    testDescription: "a timer's entry, without a packet",
    json: """
      {"time":1714979295,"action":"Email notification","rule":"2.5.2.1.1.1","parameter":"server silent"}
      """,
    text: "2024-05-06 07:08:15  Email notification 2.5.2.1.1.1    server silent",
    plist: #"{ time = "2024-05-06 07:08:15"; action = "Email notification"; rule = "2.5.2.1.1.1"; "#
      + #"parameter = "server silent"; },"#,
    ipfw: "May 06 07:08:15 gw sentry: ipfw: 2.5.2.1.1.1 Accept "),
  LogFormatCase(
    testDescription: "a message of the daemon",
    json: #"{"time":1714979289,"action":"","rule":"","parameter":"","message":"firewall on"}"#,
    text: "2024-05-06 07:08:09  firewall on",
    plist: #"{ time = "2024-05-06 07:08:09"; statusInfo = "firewall on"; },"#,
    ipfw: nil),
]

private func entry(_ c: LogFormatCase) throws -> LogEntry {
  try JSONDecoder().decode(LogEntry.self, from: Data(c.json.utf8))
}

@Suite struct LogFormatTests {
  @Test(arguments: cases)
  func `each form has the line of the reference`(c: LogFormatCase) throws {
    let entry = try entry(c)
    #expect(LogFormatName.text.format(place).line(entry) == c.text)
    #expect(LogFormatName.plist.format(place).line(entry) == c.plist)
    #expect(LogFormatName.ipfw.format(place).line(entry) == c.ipfw)
  }

  @Test(arguments: cases, [LogFormatName.text, .plist, .eve, .json])
  func `what a form writes it reads`(c: LogFormatCase, form: LogFormatName) throws {
    let (entry, format) = (try entry(c), form.format(place))
    let line = try #require(format.line(entry))
    #expect(!line.contains("\n"))
    #expect(format.entry(line[...]) == entry)
    #expect(LogReader(place).read(line[...]) == .entry(entry))
  }

  /// In text that is part of what it says.
  @Test(arguments: [LogFormatName.plist, .eve, .json])
  func `a message about a rule keeps it`(form: LogFormatName) throws {
    var entry = LogEntry(time: Timestamp(seconds: 1_714_979_289), message: "Email of rule 2.5 probe failed: no server")
    entry.rule = "2.5 probe"
    let line = try #require(form.format(place).line(entry))
    #expect(form.format(place).entry(line[...]) == entry)
  }

  @Test(arguments: cases.filter { $0.ipfw != nil })
  func `ipfw's form keeps the packet, the rule's number and whether it was dropped`(c: LogFormatCase) throws {
    let entry = try entry(c)
    let line = try #require(c.ipfw)
    let read = try #require(IPFWLogFormat(place).entry(line[...]))
    #expect(read.time == entry.time)
    #expect(read.rule == entry.ruleNumber)
    #expect(read.keepsPacket == entry.keepsPacket)
    #expect(
      [read.source, read.destination, read.protocol, read.protocolDetail, read.direction, read.interface]
        == [entry.source, entry.destination, entry.protocol, entry.protocolDetail, entry.direction, entry.interface])
  }

  @Test func `a text log whose blanks at line ends were cut off reads the same`() throws {
    for c in cases {
      var line = c.text[...]
      while line.last == " " { line.removeLast() }
      #expect(TextLogFormat(timeZone: .gmt).entry(line) == (try entry(c)))
    }
  }

  @Test func `a rule's name that looks like a packet does not lead the reader astray`() throws {
    var entry = try entry(cases[0])
    entry.rule = "2.1  odd  a -> b in via"
    entry.parameter = "see  10.0.0.1:1 -> 10.0.0.2:2"
    for form in [LogFormatName.text, .plist, .eve, .json] {
      let line = try #require(form.format(place).line(entry))
      #expect(form.format(place).entry(line[...]) == entry)
    }
  }

  @Test func `line ends and escape sequences in names do not break or steer a line`() throws {
    var entry = try entry(cases[0])
    entry.rule = "2.1 a\u{1B}[2Jb\nc\u{2028}d"
    for form in LogFormatName.allCases {
      let line = try #require(form.format(place).line(entry))
      #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x2028 && form != .json && form != .eve })
    }
    let plist = try #require(LogFormatName.plist.format(place).line(entry))
    #expect(LogFormatName.plist.format(place).entry(plist[...]) == entry)
  }

  @Test func `EVE has the field names of Suricata's alerts`() throws {
    let line = try #require(LogFormatName.eve.format(place).line(entry(cases[0])))
    let event = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(event["timestamp"] as? String == "2024-05-06T07:08:09.000000+0000")
    #expect(event["event_type"] as? String == "alert")
    #expect(event["src_ip"] as? String == "203.0.113.9")
    #expect(event["src_port"] as? Int == 40001)
    #expect(event["dest_ip"] as? String == "192.0.2.10")
    #expect(event["dest_port"] as? Int == 23)
    #expect(event["proto"] as? String == "TCP")
    #expect(event["in_iface"] as? String == "eth0")
    let alert = try #require(event["alert"] as? [String: Any])
    #expect(alert["action"] as? String == "blocked")
    #expect(alert["signature"] as? String == "2.1.5.1 telnet probe")
    #expect(try #require(alert["signature_id"] as? Int) > 0)
    #expect(event["tcp"] == nil)
  }

  /// As Suricata's user guide has them, "EVE JSON format", "Event type: Flow"; ECE is called `ecn` by its source (EveTcpFlags).
  @Test(arguments: [
    ("", "00", []), ("syn", "02", ["syn"]), ("fin,psh,ack", "19", ["fin", "psh", "ack"]),
    ("fin,syn,rst,psh,ack,urg,ece,cwr", "ff", ["fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"]),
  ])
  func `EVE has TCP flags as Suricata has them`(flags: String, hex: String, names: [String]) throws {
    var entry = try entry(cases[0])
    (entry.tcpFlags, entry.ttl) = (flags, 61)
    let line = try #require(LogFormatName.eve.format(place).line(entry))
    let event = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    var tcp = try #require(event["tcp"] as? [String: Any])
    #expect(tcp.removeValue(forKey: "tcp_flags") as? String == hex)
    #expect(Set(tcp.keys) == Set(names))
    #expect(tcp.values.allSatisfy { $0 as? Bool == true })
    for form in [LogFormatName.eve, .json] {
      let line = try #require(form.format(place).line(entry))
      #expect(form.format(place).entry(line[...]) == entry)
    }
  }
}

/// Lines as other systems' kernels write them.
@Suite struct ForeignIPFWLineTests {
  struct Row: Sendable {
    let line: String
    let action: String
    let proto: String
    let source: String
    let destination: String
    let direction: String
  }

  @Test(arguments: [
    Row(
      line:
        "Dec 12 13:08:16 ballch5 mach_kernel: ipfw: 65000 Unreach TCP 10.221.41.33:2190 192.168.12.12:80 in via en0",
      action: "reject, packet dropped", proto: "TCP", source: "10.221.41.33:2190", destination: "192.168.12.12:80",
      direction: "in"),
    Row(
      line:
        "Dec 12 13:33:15 smithy2 mach_kernel: ipfw: 10 Accept TCP 192.168.12.12:49152 192.168.12.12:660 out via lo0",
      action: "packet passed", proto: "TCP", source: "192.168.12.12:49152", destination: "192.168.12.12:660",
      direction: "out"),
    Row(
      line: "May  6 07:08:09 gw kernel[0]: ipfw: 12190 Deny ICMP:8.0 198.51.100.4 192.0.2.10 in via en1",
      action: "packet dropped", proto: "ICMP:8,0", source: "198.51.100.4", destination: "192.0.2.10", direction: "in"),
    Row(
      line:
        "May  6 07:08:09 gw kernel: ipfw: 400 Divert 8668 UDP 10.0.0.1:53 10.0.0.2:5353 out via en1 (frag 77:64@0+)",
      action: "packet logged", proto: "UDP", source: "10.0.0.1:53", destination: "10.0.0.2:5353", direction: "out"),
    Row(
      line: "Nov 22 10:00:00 host ipfw[12]: 100 Deny TCP 203.0.113.9:40001 192.0.2.10:23 in via eth0",
      action: "packet dropped", proto: "TCP", source: "203.0.113.9:40001", destination: "192.0.2.10:23",
      direction: "in"),
    Row(
      line: "May  6 07:08:09 gw kernel: ipfw: 500 Deny P:47 10.0.0.1 10.0.0.2 in via em0", action: "packet dropped",
      proto: "47", source: "10.0.0.1", destination: "10.0.0.2", direction: "in"),
    Row(
      line: "May  6 07:08:09 gw kernel: ipfw: 600 Reset TCP [2001:db8::1]:4000 [2001:db8::2]:22 in via em0",
      action: "reject, packet dropped", proto: "TCP", source: "[2001:db8::1]:4000", destination: "[2001:db8::2]:22",
      direction: "in"),
  ])
  func `a line of another system's kernel is read`(row: Row) throws {
    guard case .entry(let entry) = LogReader(place).read(row.line[...]) else {
      Issue.record("not read: \(row.line)")
      return
    }
    #expect(entry.action == row.action)
    #expect(entry.protocol == row.proto)
    #expect([entry.source, entry.destination, entry.direction] == [row.source, row.destination, row.direction])
  }

  @Test func `a line without a year is of the last year that has such a day`() throws {
    let line = "Dec 12 13:08:16 h kernel: ipfw: 1 Deny TCP 10.0.0.1:1 10.0.0.2:2 in via en0"
    // date -u -d '2023-12-12 13:08:16' +%s; read on the 7th of May 2024.
    #expect(IPFWLogFormat(place).entry(line[...])?.time == 1_702_386_496)
    let leapDay = "Feb 29 00:00:00 h kernel: ipfw: 1 Deny TCP 10.0.0.1:1 10.0.0.2:2 in via en0"
    let read2027 = IPFWLogFormat(LogPlace(timeZone: .gmt, now: 1_798_761_600)).entry(leapDay[...])
    // date -u -d 2024-02-29 +%s
    #expect(read2027?.time == 1_709_164_800)
  }

  @Test(arguments: [
    ("", false), ("(", false), ("May  6 07:08:09 gw sshd[77]: Accepted publickey for root", false),
    ("May  6 07:08:09 gw kernel: ipfw: limit 10 reached on entry 12190", false),
    ("May  6 07:08:09 gw kernel: ipfw: 12190 Deny TCP 10.0.0.1:4000 10.0.", true),
    ("May  6 07:08:99 gw kernel: ipfw: 12190 Deny TCP 10.0.0.1:1 10.0.0.2:2 in via en0", true),
    (#"{ time = "2024-05-06 07:08:09"; action = "packet dro"#, true), (#"{"time":17149792"#, true),
    ("\u{0}\u{FF}", true),
  ])
  func `a line that is no entry is told from a damaged one`(line: String, isDamaged: Bool) {
    #expect(LogReader(place).read(line[...]) == (isDamaged ? .damaged : .other))
  }

  @Test func `no line cut short anywhere traps the reader`() throws {
    for c in cases {
      for line in [c.text, c.plist, c.ipfw ?? "", c.json] {
        for length in 0...line.utf8.count {
          _ = LogReader(place).read(Substring(String(decoding: line.utf8.prefix(length), as: UTF8.self)))
        }
      }
    }
  }
}
