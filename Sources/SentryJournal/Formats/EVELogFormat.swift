internal import Foundation
internal import SentryPacket
internal import SentryRules

/// JSON lines with the field names of Suricata's EVE log, so that collectors and dashboards made for that read them.
///
/// An entry is an event of type `alert`: the rule's number and name are its signature, its action is `blocked` or `allowed`. The whole
/// entry stands beside it under `sentry`. A message is an event of type `engine`.
public struct EVELogFormat: LogFormat {
  private let hostName: String
  private let style: Date.VerbatimFormatStyle

  public init(_ place: LogPlace = LogPlace()) {
    hostName = place.hostName
    style = Date.VerbatimFormatStyle(
      format: """
        \(year: .padded(4))-\(month: .twoDigits)-\(day: .twoDigits)T\
        \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
        \(second: .twoDigits).\(secondFraction: .fractional(6))\(timeZone: .iso8601(.short))
        """,
      timeZone: place.timeZone, calendar: Calendar(identifier: .gregorian))
  }

  // MARK: Writing

  public func line(_ entry: LogEntry) -> String? { JSONLine.text(event(entry)) }

  private func event(_ entry: LogEntry) -> Event {
    var event = Event(
      timestamp: Date(timeIntervalSince1970: LocalTime.bounded(entry.time)).formatted(style),
      eventType: entry.message == nil ? "alert" : "engine", host: hostName, sentry: entry)
    if let message = entry.message {
      event.engine = Event.Engine(message: message)
      return event
    }
    event.alert = Event.Alert(entry)
    event.interface = entry.interface
    (event.sourceAddress, event.sourcePort) = Self.parts(of: entry.sourceEndpoint)
    (event.destinationAddress, event.destinationPort) = Self.parts(of: entry.destinationEndpoint)
    guard let proto = entry.protocol.map({ LogProtocol($0[...]) }) else { return event }
    event.proto = Event.protocolName(proto.name)
    (event.icmpType, event.icmpCode) = (proto.icmp?.type, proto.icmp?.code)
    event.tcp = entry.tcpFlags.map { Event.TCP(flags: $0) }
    return event
  }

  private static func parts(of endpoint: LogEndpoint?) -> (String?, UInt16?) {
    (endpoint?.address.description, endpoint?.port)
  }

  // MARK: Reading

  /// Only lines that have the entry beside the event are ours.
  public func entry(_ line: Substring) -> LogEntry? {
    try? JSONDecoder().decode(Event.self, from: Data(line.utf8)).sentry
  }
}

/// One line. Field names are Suricata's (its user guide, "EVE JSON format"), but for `sentry`.
private struct Event: Codable {
  struct Alert: Codable {
    var action: String
    var gid = 1
    /// Made from the rule's text, so that it stays the same as long as that does.
    var signatureID: UInt32
    var rev = 1
    var signature: String
    var category: String
    /// 1 what was kept from going on, 3 all else.
    var severity: Int

    enum CodingKeys: String, CodingKey {
      case action, gid, rev, signature, category, severity
      case signatureID = "signature_id"
    }

    init(_ entry: LogEntry) {
      let isBlocked = entry.keepsPacket && entry.dryRun != true && entry.observed != true
      action = isBlocked ? "blocked" : "allowed"
      signature = entry.rule
      category = entry.action
      severity = isBlocked ? 1 : 3
      // FNV-1a, 31 bits.
      signatureID = entry.rule.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 } & 0x7FFF_FFFF
    }
  }

  struct Engine: Codable { var message: String }

  /// The flags that are on, each by its name as well.
  struct TCP: Codable {
    /// Two hexadecimal digits.
    var flags: String
    var fin, syn, rst, psh, ack, urg, ecn, cwr: Bool?

    enum CodingKeys: String, CodingKey {
      case flags = "tcp_flags"
      case fin, syn, rst, psh, ack, urg, ecn, cwr
    }

    /// - Parameter text: as an entry has them.
    init(flags text: String) {
      let bits = TCPFlagNames.flags(in: text)
      flags = String(format: "%02x", bits)
      func isOn(_ bit: UInt8) -> Bool? { bits >> bit & 1 == 1 ? true : nil }
      (fin, syn, rst, psh) = (isOn(0), isOn(1), isOn(2), isOn(3))
      (ack, urg, ecn, cwr) = (isOn(4), isOn(5), isOn(6), isOn(7))
    }
  }

  var timestamp: String
  var eventType: String
  var host: String
  var interface: String?
  var sourceAddress: String?
  var sourcePort: UInt16?
  var destinationAddress: String?
  var destinationPort: UInt16?
  var proto: String?
  var icmpType: UInt8?
  var icmpCode: UInt8?
  var tcp: TCP?
  var alert: Alert?
  var engine: Engine?
  var sentry: LogEntry

  enum CodingKeys: String, CodingKey {
    case timestamp, host, proto, tcp, alert, engine, sentry
    case eventType = "event_type"
    case interface = "in_iface"
    case sourceAddress = "src_ip"
    case sourcePort = "src_port"
    case destinationAddress = "dest_ip"
    case destinationPort = "dest_port"
    case icmpType = "icmp_type"
    case icmpCode = "icmp_code"
  }

  /// As Suricata writes them: IANA's keywords (protocol-numbers registry), else three digits.
  static func protocolName(_ name: Substring) -> String {
    if name == "ICMPv6" { return "IPv6-ICMP" }
    guard let number = UInt8(name) else { return String(name) }
    return String(format: "%03d", number)
  }
}
