/// Names that rules use and that are the same everywhere, so that an import does not depend on the machine it runs on.
enum WellKnownNames {
  /// IANA "Service Name and Transport Protocol Port Number Registry", and what BSD systems list besides.
  static let ports: [String: UInt16] = [
    "echo": 7, "discard": 9, "daytime": 13, "chargen": 19, "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23,
    "smtp": 25, "time": 37, "nameserver": 42, "whois": 43, "tacacs": 49, "domain": 53, "bootps": 67, "bootpc": 68,
    "tftp": 69, "gopher": 70, "finger": 79, "http": 80, "www": 80, "kerberos": 88, "pop2": 109, "pop3": 110,
    "sunrpc": 111, "auth": 113, "ident": 113, "nntp": 119, "ntp": 123, "epmap": 135, "netbios-ns": 137,
    "netbios-dgm": 138, "netbios-ssn": 139, "imap": 143, "imap2": 143, "snmp": 161, "snmptrap": 162, "snmp-trap": 162,
    "xdmcp": 177, "bgp": 179, "irc": 194, "at-rtmp": 201, "imap3": 220, "ldap": 389, "timbuktu": 407, "svrloc": 427,
    "https": 443, "snpp": 444, "microsoft-ds": 445, "kpasswd": 464, "smtps": 465, "retrospect": 497, "isakmp": 500,
    "exec": 512, "biff": 512, "login": 513, "who": 513, "shell": 514, "syslog": 514, "printer": 515, "talk": 517,
    "ntalk": 518, "router": 520, "route": 520, "uucp": 540, "rtsp": 554, "afpovertcp": 548, "submission": 587,
    "ipp": 631, "ldaps": 636, "rsync": 873, "ftps": 990, "imaps": 993, "pop3s": 995, "socks": 1080, "openvpn": 1194,
    "ms-sql-s": 1433, "l2tp": 1701, "pptp": 1723, "radius": 1812, "nfs": 2049, "nfsd": 2049, "cvspserver": 2401,
    "eppc": 3031, "squid": 3128, "net-assistant": 3283, "mysql": 3306, "rdp": 3389, "ms-wbt-server": 3389, "svn": 3690,
    "daap": 3689, "ipsec-nat-t": 4500, "aol": 5190, "xmpp-client": 5222, "xmpp-server": 5269, "mdns": 5353,
    "llmnr": 5355, "postgresql": 5432, "vnc": 5900, "x11": 6000, "http-alt": 8080,
  ]

  /// IANA "Protocol Numbers".
  static let protocols: [String: UInt8] = [
    "icmp": 1, "igmp": 2, "ggp": 3, "ipencap": 4, "ipip": 4, "st": 5, "tcp": 6, "egp": 8, "igp": 9, "udp": 17,
    "hmp": 20, "dccp": 33, "ipv6-route": 43, "ipv6-frag": 44, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51,
    "ipv6-icmp": 58, "icmpv6": 58, "icmp6": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "ospf": 89, "ospfigp": 89,
    "etherip": 97, "encap": 98, "pim": 103, "ipcomp": 108, "carp": 112, "vrrp": 112, "l2tp": 115, "sctp": 132,
    "udplite": 136,
  ]

  /// As documents call protocols that have a name there.
  static func documentName(ofProtocol number: UInt8) -> String {
    switch number {
    case 1: "ICMP"
    case 2: "IGMP"
    case 6: "TCP"
    case 17: "UDP"
    case 47: "GRE"
    case 50: "ESP"
    case 51: "AH"
    case 58: "ICMPv6"
    default: "\(number)"
    }
  }
}

extension ImportOptions {
  /// The port by its name, wherever it is known.
  func port(named name: String) -> UInt16? {
    WellKnownNames.ports[name.lowercased()] ?? port(name, "tcp") ?? port(name, "udp")
  }

  func protocolNumber(named name: String) -> UInt8? {
    UInt8(name) ?? WellKnownNames.protocols[name.lowercased()] ?? protocolNumber(name)
  }
}
