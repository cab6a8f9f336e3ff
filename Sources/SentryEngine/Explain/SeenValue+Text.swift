internal import SentryPacket
internal import SentryRules
internal import SentryState

extension PlainWalk {
  /// A number in the document's words: `inbound`, `6 (TCP)`, `00:1b:21:3c:4d:5e`.
  func text(of value: UInt64, _ field: NumberField) -> String {
    switch field {
    case .direction: value == 0 ? "inbound" : "outbound"
    case .sourceMAC, .destinationMAC: MACAddress.text(of: value)
    case .protocolNumber: ProtocolName.of(value).map { "\(value) (\($0))" } ?? "\(value)"
    case .user: UserNames.name(of: UInt32(truncatingIfNeeded: value)).map { "\(value) (\($0))" } ?? "\(value)"
    case .applicationPermission:
      UInt8(exactly: value).flatMap(ApplicationPermission.init(rawValue:))?.name ?? "\(value)"
    default: "\(value)"
    }
  }

  /// Why the packet lacks a number.
  func absence(of field: NumberField, in packet: PacketFields) -> String {
    switch field {
    case .sourceMAC, .destinationMAC: return "not Ethernet"
    case .icmpType, .icmpCode: return absence(of: "ICMP", IPProtocol.icmp, in: packet)
    case .icmpv6Type, .icmpv6Code: return absence(of: "ICMPv6", IPProtocol.icmpv6, in: packet)
    case .vlan: return "no VLAN tag"
    case .user: return "no process of this host is known"
    case .applicationPermission: return "no program of this host is known"
    case .sourcePort, .destinationPort:
      let hasPorts = [IPProtocol.tcp, IPProtocol.udp].contains(packet.protocolNumber)
      return absence(of: "TCP or UDP", hasPorts ? packet.protocolNumber : nil, in: packet)
    default: return "not captured"
    }
  }

  /// Why the packet lacks a value that only one kind of packet has: `not TCP`.
  ///
  /// - Parameter number: of that kind's protocol; `nil` if the packet is of no such kind.
  func absence(of kind: String, _ number: UInt8?, in packet: PacketFields) -> String {
    guard packet.has(.protocolNumber) else { return "not captured" }
    guard packet.protocolNumber == number else { return "not \(kind)" }
    return packet.isLaterFragment ? "fragment without its start" : "not captured"
  }
}

extension PacketFields {
  /// The flags that are on, as rules name them: `syn,ack`; `none`.
  var tcpFlagNames: String {
    let names = TCPFlagNames.text(of: tcpFlags)
    return names.isEmpty ? "none" : names
  }
}

extension AddressEntry {
  /// The address, or the net with its length.
  var text: String { NetText.text(of: range) }
}

extension PacketFacts {
  /// `8:05:00`, on the clock on the wall.
  var timeOfDayText: String {
    let rest = [secondOfDay / 60 % 60, secondOfDay % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return "\(secondOfDay / 3600):\(rest.joined(separator: ":"))"
  }

  /// `4 (Thursday)`.
  var dayOfWeekText: String {
    let names = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    return names.indices.contains(Int(dayOfWeek)) ? "\(dayOfWeek) (\(names[Int(dayOfWeek)]))" : "\(dayOfWeek)"
  }
}
