import SentryRules
import Testing

@Test(arguments: [
  // Against a rule above.
  CheckCase("ports of ICMP", "Protocol == 1:\n  Dest port == 23: Log", finds: "1.1"),
  CheckCase("ports of TCP", "Protocol == 6:\n  Dest port == 23: Log"),
  CheckCase("ports of UDP and TCP", "Protocol == 6-17:\n  Dest port == 23: Log"),
  CheckCase("a net inside another", "Source net == 10.0.0.0/8:\n  Source net == 10.1.0.0/16: Log"),
  CheckCase("a net outside another", "Source net == 10.0.0.0/8:\n  Source net == 192.168.0.0/16: Log", finds: "1.1"),
  CheckCase("source and destination are two things", "Source net == 10.0.0.0/8:\n  Dest net == 192.168.0.0/16: Log"),
  CheckCase("nets of two families", "Source net == ::/0:\n  Source net == 0.0.0.0/0: Log", finds: "1.1"),
  CheckCase(
    "nets of two families in two places", "Source net == 10.0.0.0/8:\n  Dest net == 2001:db8::/32: Log", finds: "1.1"),
  CheckCase("the other way round", "Dest net == 2001:db8::/32:\n  Source net == 10.0.0.0/8: Log", finds: "1.1"),
  CheckCase("an IPv6 net below IPv4", "IP version == 4:\n  Source net == 2001:db8::/32: Log", finds: "1.1"),
  CheckCase("an IPv4 net below IPv6", "IP version == 6:\n  Dest net == 10.0.0.0/8: Log", finds: "1.1"),
  CheckCase("IPv6 below an IPv4 net", "Dest net == 10.0.0.0/8:\n  IP version == 6: Log", finds: "1.1"),
  CheckCase("IPv6 below what is not IPv4", "IP version != 4:\n  Dest net == 10.0.0.0/8: Log", finds: "1.1"),
  CheckCase("an IPv4 net below IPv4", "IP version == 4:\n  Dest net == 10.0.0.0/8: Log"),
  CheckCase("not an IPv4 net below IPv6", "IP version == 6:\n  Dest net != 10.0.0.0/8: Log"),
  CheckCase("forged addresses in IPv6", "IP version == 6:\n  Source net == ::ffff:0:0/96: Log"),
  CheckCase("a name below another", "DNS name == *.example.org:\n  DNS name == www.example.org: Log"),
  CheckCase("a name beside another", "DNS name == *.example.org:\n  DNS name == www.example.com: Log", finds: "1.1"),
  CheckCase("the name itself", "DNS name == *.example.org:\n  DNS name == example.org: Log", finds: "1.1"),
  CheckCase("a path of another file name", "Application == curl:\n  Application == /usr/bin/wget: Log", finds: "1.1"),
  CheckCase("a path of that file name", "Application == curl:\n  Application == /usr/bin/curl: Log"),
  CheckCase("a file name of another path", "Application == /usr/bin/curl:\n  Application == wget: Log", finds: "1.1"),
  CheckCase("another path", "Application == /usr/bin/curl:\n  Application == /bin/curl: Log", finds: "1.1"),
  CheckCase("a file name in either case", "Application == curl:\n  Application a=A CURL: Log"),
  CheckCase(
    "a program and a protocol without processes", "Application == curl:\n  Protocol == ICMP: Log", finds: "1.1"),
  CheckCase("another user", "User == 0-99:\n  User == 100: Log", finds: "1.1"),
  CheckCase("one of those users", "User == 0-99:\n  User == 33: Log"),
  CheckCase("ICMP type of TCP", "Protocol == 6:\n  ICMP type == 8: Log", finds: "1.1"),
  CheckCase("ICMP type of an IPv6 packet", "Source net == 2001:db8::/32:\n  ICMP type == 8: Log", finds: "1.1"),
  CheckCase("code below type", "ICMP type == 3:\n  ICMP code == 4: Log"),
  CheckCase("inbound and outbound", "Direction == inbound:\n  Direction == outbound: Log", finds: "1.1"),
  CheckCase("not inbound is outbound", "Direction != inbound:\n  Direction == outbound: Log"),
  CheckCase("a flag on and off", "TCP header flags == syn,-ack:\n  TCP header flags == ack: Log", finds: "1.1"),
  CheckCase("other flags", "TCP header flags == syn,-ack:\n  TCP header flags == -rst: Log"),
  CheckCase("flags of a later fragment", "IPFragmentOffset >= 64:\n  TCP header flags == syn: Log", finds: "1.1"),
  CheckCase("ports of a later fragment", "IPFragmentOffset >= 64:\n  Dest port == 80: Log"),
  CheckCase("known and not known", "Connection state == none:\n  Include == state: Log", finds: "1.1"),
  CheckCase("known, but none of the known", "Include == state:\n  Connection state == none: Log", finds: "1.1"),
  CheckCase("a SYN sent again is new and known", "Connection state == new:\n  Include == state: Log"),
  CheckCase("open, but not known", "Connection state == established,closing:\n  Include != state: Log", finds: "1.1"),
  CheckCase("two interfaces", "Interface == eth0:\n  Interface == eth1: Log", finds: "1.1"),
  CheckCase("an interface, external", "Interface == external:\n  Interface == eth1: Log"),
  CheckCase("internal and external", "Interface == external:\n  Interface == internal: Log", finds: "1.1"),
  CheckCase("an interface of the kind", "Interface == eth*:\n  Interface == eth1: Log"),
  CheckCase("an interface of another kind", "Interface == eth*:\n  Interface == wlan0: Log", finds: "1.1"),
  CheckCase("lo0 is lo", "Interface == lo0:\n  Interface == lo: Log"),
  CheckCase("over several levels", "Dest port == 80:\n  Any:\n    Any:\n      Dest port == 81: Log", finds: "1.1.1.1"),
  CheckCase("what is left between two", "Dest port >= 80:\n  Dest port <= 80:\n    Dest port == 80: Log"),
  CheckCase("nothing is left between two", "Dest port >= 80:\n  Dest port <= 79: Log", finds: "1.1"),
  CheckCase("what != leaves out", "Dest port != 80:\n  Dest port == 80: Log", finds: "1.1"),
  CheckCase("what != leaves in: packets without ports", "Dest port == 0-65535: Pass\nDest port != 80: Log"),
  CheckCase("only the topmost is told", "Protocol == 1:\n  Dest port == 23:\n    Source port == 5: Log", finds: "1.1"),
  CheckCase("not under a rule that is off", "- Protocol == 1:\n  Dest port == 23: Log"),
  CheckCase("not a rule that is off", "Protocol == 1:\n  - Dest port == 23: Log"),

  // By itself.
  CheckCase("Any !=", "Any !=: Log", finds: "1"),
  CheckCase("None never matches by intention", "None: Log"),
  CheckCase("a parent at the top level", "Parent match count >= 3: Log", finds: "1"),
  CheckCase("no parent has matched 0 times", "Parent match count == 0: Log"),
  CheckCase("a parent below", "Any:\n  Parent match count >= 3: Log"),

  CheckCase("a packet shorter than any header", "Packet length <= 19: Log", finds: "1"),
  CheckCase("a bare header", "Packet length <= 20: Log"),
  CheckCase("what every packet is", "IP version != 4-6: Log", finds: "1"),
  CheckCase("not within all there is, which some packets lack", "Dest port != 0-65535: Log"),

  // The clock.
  CheckCase("a packet's value asked by the clock", "Idle seconds >= 60:\n  Dest port == 23: Log", finds: "1.1"),
  CheckCase("also with !=", "Idle seconds >= 60:\n  Dest port != 23: Log", finds: "1.1"),
  CheckCase("what the clock can ask", "Idle seconds >= 60:\n  Parent match count == 1: Log"),
  CheckCase("an idle rule below one", "Idle seconds >= 60:\n  Parent idle seconds >= 200: Log"),
  CheckCase(
    "an idle rule is asked whatever is above", "Protocol == 1:\n  Dest port == 2:\n    Idle seconds >= 5: Log",
    finds: "1.1"),

  // What earlier rules have ended.
  CheckCase("ended by a wider rule", "Dest port == 20-30: Delete\nDest port == 23: Log", finds: "2"),
  CheckCase(
    "ended by several together", "Dest port == 20-22: Delete\nDest port == 23-30: Pass\nDest port == 21-24: Log",
    finds: "3"),
  CheckCase("not wholly ended", "Dest port == 20-22: Delete\nDest port == 21-24: Log"),
  CheckCase("Log ends nothing", "Dest port == 20-30: Log\nDest port == 23: Log"),
  CheckCase("a rule that is off ends nothing", "- Dest port == 20-30: Delete\nDest port == 23: Log"),
  CheckCase(
    "below a later sibling", "Dest port == 20-30: Delete\nProtocol == 6:\n  Dest port == 23: Log", finds: "2.1"),
  CheckCase("a table ends who knows what", "Include == trigger: Delete\nDest port == 23: Log"),
  CheckCase("two flags", "TCP header flags == syn,-ack: Delete\nTCP header flags == syn,-ack,-rst: Log", finds: "2"),
  CheckCase("one of the two flags", "TCP header flags == syn,-ack: Delete\nTCP header flags == syn: Log"),
  CheckCase(
    "ended two levels down",
    "Protocol == 6:\n  Dest port == 20-30: Delete\nProtocol == 6:\n  Dest port == 23: Log", finds: "2.1"),
  CheckCase(
    "ended two levels down, but for another protocol",
    "Protocol == 6:\n  Dest port == 20-30: Delete\nProtocol == 17:\n  Dest port == 23: Log"),
  CheckCase(
    "a closed group of rules",
    "Dest port == 20-30:\n  Source net == 10.0.0.0/8: Pass\n  Any: Delete\nDest port == 23: Log",
    finds: "2"),
  CheckCase("everything of one protocol", "Dest port == 0-65535: Delete\nSource port == 5: Log"),
  CheckCase("ends after their subtree, not before", "Dest port == 20-30: Delete\n  Dest port == 23: Log"),

  CheckCase("a name below", "DNS name == *.example.org: Delete\nDNS name == www.example.org: Pass", finds: "2"),
  CheckCase("two levels below", "DNS name == *.example.org: Delete\nDNS name == a.b.Example.ORG.: Pass", finds: "2"),
  CheckCase("all names further below", "DNS name == *.org: Delete\nDNS name == *.example.org: Pass", finds: "2"),
  CheckCase("the name above", "DNS name == *.example.org: Delete\nDNS name == example.org: Pass"),
  CheckCase("the names above", "DNS name == *.example.org: Delete\nDNS name == *.org: Pass"),
  CheckCase("the end of another name", "DNS name == *.example.org: Delete\nDNS name == badexample.org: Pass"),
  CheckCase("a longer label", "DNS name == *.example.org: Delete\nDNS name == www.example-2.org: Pass"),
  CheckCase("other names", "DNS name == www.example.org: Delete\nDNS name == *.example.org: Pass"),
  CheckCase("all other names", "DNS name != www.example.org: Delete\nDNS name == ftp.example.org: Pass", finds: "2"),
  CheckCase(
    "a server's name", "TLS server name == *.example.org: Delete\nTLS server name == www.example.org: Pass", finds: "2"),
  CheckCase("names asked of two", "TLS server name == *.example.org: Delete\nDNS name == www.example.org: Pass"),
  CheckCase("all of IPv4", "IP version == 4: Delete\nSource net == 10.0.0.0/8: Log", finds: "2"),
  CheckCase(
    "all addresses of IPv4, but not what was cut before them", "Source net == 0.0.0.0/0: Delete\nIP version == 4: Log"),
  CheckCase("all addresses of both", "Source net == 0.0.0.0/0: Delete\nDest port == 23: Log"),

  CheckCase("a lower rate", "Source match rate >= 50: Delete\nSource match rate >= 100: Log", finds: "2"),
  CheckCase("a higher rate", "Source match rate >= 100: Delete\nSource match rate >= 50: Log"),

  // Detours.
  CheckCase("what ++ may skip ends nothing", "Protocol == 6: ++\nDest port == 20-30: Delete\nDest port == 23: Log"),
  CheckCase(
    "++ at the end of a list skips the uncle",
    "Any:\n  Protocol == 6: ++\nDest port == 20-30: Delete\nDest port == 23: Log"),
  CheckCase(
    "++ that is off skips nothing", "- Protocol == 6: ++\nDest port == 20-30: Delete\nDest port == 23: Log", finds: "3"),
  CheckCase(
    "what leaves a group goes on behind it",
    "Dest port == 20-30: Group\n  Source net == 10.0.0.0/8: Exit group\n  Any: Delete\nDest port == 23: Log"),
  CheckCase(
    "what leaves a group is not in it any more",
    "Any: Group\n  Dest port == 20-30: Exit group\n  Dest port == 23: Log", finds: "1.2"),
  CheckCase(
    "an exit further down",
    "Any: Group\n  Dest port == 20-30:\n    Any:\n      Any: Exit group\n    Any: Delete\nDest port == 23: Log"
  ),
])
func neverMatches(_ c: CheckCase) throws { try c.expect(.neverMatches) }

@Test(arguments: [
  (
    "Protocol == 1:\n  Dest port == 23: Log",
    "'Dest port == 23' never holds here: rule 1 ('Protocol == 1') above it excludes it"
  ),
  (
    "Dest port == 20-30: Delete\nDest port == 23: Log",
    "no packet for 'Dest port == 23' comes here: rule 1 ('Dest port == 20-30') ends all of them with Delete"
  ),
  (
    "Dest port == 20-22: Delete\nDest port == 23: Pass\nDest port == 21-23: Log",
    "'Dest port == 21-23' never holds here: the rules above it and before it leave no such packet"
  ),
  ("Packet length <= 0: Log", "'Packet length <= 0' never holds: there is no such packet"),
  (
    "Source net == 10.0.0.0/8:\n  Dest net == 2001:db8::/32: Log",
    "'Dest net == 2001:db8::/32' never holds here: rule 1 ('Source net == 10.0.0.0/8') above it excludes it"
  ),
  (
    "Parent match count >= 3: Log",
    "'Parent match count >= 3' never holds at the top level: there is no parent to count"
  ),
  (
    "Idle seconds >= 60:\n  Any:\n    Dest port == 23: Log",
    "'Dest port == 23' never holds here: the clock asks rule 1 ('Idle seconds >= 60'), and then there is no packet"
  ),
])
func theBlameIsNamed(rules: String, message: String) throws {
  let document = RuleDocument(reading: try ShortRules.document(rules))
  #expect(document.findings().filter { $0.id == .neverMatches }.map(\.message) == [message])
}
