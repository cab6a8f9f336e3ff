/// A name of the rule language that this version reads and refuses, rather than take it for a slip.
struct UnsupportedName: Sendable {
  let name: String
  var aliases: [String] = []
  var codes = GenerationCodes(newest: nil, middle: nil)
}

/// Properties of classic documents, then those by name only.
let unsupportedProperties: [UnsupportedName] = [
  UnsupportedName(name: "URL keyword", codes: GenerationCodes(21, year2003: 19)),
  UnsupportedName(name: "Time of day", codes: GenerationCodes(23, year2003: 21)),
  UnsupportedName(name: "Day of week", codes: GenerationCodes(24, year2003: 22)),
  UnsupportedName(name: "Date and time", codes: GenerationCodes(25, year2003: 23)),
  UnsupportedName(name: "Parent match rate", codes: GenerationCodes(29, year2003: nil)),
  UnsupportedName(name: "Parent byte count", codes: GenerationCodes(30, year2003: nil)),
  UnsupportedName(name: "IP version"),
  UnsupportedName(name: "ICMPv6 type"),
  UnsupportedName(name: "ICMPv6 code"),
  UnsupportedName(name: "TTL"),
  UnsupportedName(name: "Packet length"),
  UnsupportedName(name: "DSCP"),
  UnsupportedName(name: "VLAN"),
  UnsupportedName(name: "Application"),
  UnsupportedName(name: "User"),
  UnsupportedName(name: "TLS server name"),
  UnsupportedName(name: "DNS name"),
  UnsupportedName(name: "Connection state"),
  UnsupportedName(name: "Source match rate"),
]

let unsupportedActions: [UnsupportedName] = [
  UnsupportedName(name: "Rate limit in", codes: GenerationCodes(newest: 13, middle: 12)),
  UnsupportedName(name: "Rate limit out", codes: GenerationCodes(newest: 14, middle: 13)),
  UnsupportedName(name: "Rate limit"),
  UnsupportedName(name: "Route to", codes: GenerationCodes(newest: 15, middle: 14)),
  UnsupportedName(name: "AppleScript", aliases: ["Script"], codes: GenerationCodes(newest: 22, middle: 21)),
]
