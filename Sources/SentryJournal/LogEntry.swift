public import SentryEngine
public import SentryPacket
internal import SentryRules

/// One thing that happened, with all its texts: what log formats print and the control socket sends.
///
/// Made from an `EngineEvent` off the packet thread, when the rule's label and the interface's name are still known. Fields
/// are those of the classic program's records (docs/Classic.md, "Events"); absent ones are left out of the JSON form. Texts of rules and
/// messages are cut, so that no form has longer lines than its readers take.
public struct LogEntry: Codable, Sendable, Equatable {
  /// Seconds since 1970.
  public var time: Double
  /// What happens to the packet, `packet dropped`; empty in a status message.
  public var action: String
  /// What the rule named here did, where that is not what happens to the packet: `packet logged`.
  public var subAction: String?
  /// The packet passed all the same: only in a dry run, and only where `action` says otherwise.
  public var dryRun: Bool?
  /// The rule would have put the source into table trigger, but that is protected: only where this is so.
  public var triggerPrevented: Bool?
  /// The rule would have put the source into table trigger, but did not: `unproven` (`settings.triggerProof`) or `limit`
  /// (`settings.triggersPerMinute`). Only where this is so.
  public var triggerWithheld: String?
  /// The rule is only observed: nothing of what `action` says was done. Only where this is so.
  public var observed: Bool?
  /// Number and name, `2.1.5.1 telnet probe`; `rule = 0 ` and a reason for the checks before the rules; empty in a status message
  /// that is about no rule.
  public var rule: String
  /// `203.0.113.9:40001`, `[2001:db8::9]:40001`, or an address alone.
  public var source: String?
  public var destination: String?
  /// `TCP`, `UDP`, `ICMP:8,0` (type and code), `ICMPv6:128,0`, else the protocol's number.
  public var `protocol`: String?
  /// What an ICMP type (and code) means, `destination unreachable,host unreachable`; `nil` where it has no name.
  public var protocolDetail: String?
  /// The flags that are on, as packet notation names them, `syn,ack`; empty if none is. `nil` for what is not TCP, and for later
  /// fragments.
  public var tcpFlags: String?
  /// IPv4's time to live, IPv6's hop limit.
  public var ttl: UInt8?
  /// Length of the IP packet.
  public var byteCount: UInt32?
  /// `in` or `out`.
  public var direction: String?
  /// The system's name.
  public var interface: String?
  /// The rule's parameter; may be empty.
  public var parameter: String
  /// The text of a status message, which has no other field but its time, and its rule where it is about one.
  public var message: String?

  /// Bytes of UTF-8: a number, and a name that `sentry check` does not warn of, whatever its letters.
  private static let longestRule = 2_048
  /// The same of a parameter.
  private static let longestParameter = 16_384
  private static let longestMessage = 8_192

  /// A message from the daemon itself, such as "firewall on".
  ///
  /// - Parameter rule: the one it is about: a notification of it that failed, for instance.
  public init(time: Timestamp, message: String, rule: RuleLabel? = nil) {
    self.init(time: time.secondsSince1970, message: String(message.cut(toBytes: Self.longestMessage)))
    self.rule = String((rule?.text ?? "").cut(toBytes: Self.longestRule))
  }

  /// The entry of a stored message.
  ///
  /// - Parameter labels: the book that its rule's number is from.
  public init(_ message: StoredMessage, labels: RuleLabels) {
    self.init(time: message.time, message: message.text, rule: message.rule.map { labels.label($0) })
  }

  /// An entry that was written somewhere, without a packet.
  init(time: Double, action: String, subAction: String? = nil, rule: String, parameter: String = "") {
    (self.time, self.action, self.subAction, self.rule, self.parameter) = (time, action, subAction, rule, parameter)
  }

  init(time: Double, message: String) {
    self.init(time: time, action: "", rule: "")
    self.message = message
  }

  /// The entry of an engine event.
  ///
  /// `labels` is the book the engine's rules were loaded with; `interfaces` are names in the engine's order.
  ///
  /// - Parameter isDryRun: no verdict is carried out.
  public init(_ event: EngineEvent, labels: RuleLabels, interfaces: [String], isDryRun: Bool = false) {
    self.init(
      event, label: labels.label(event.label), interface: event.interfaceName(among: interfaces), isDryRun: isDryRun)
  }

  /// The entry of an event whose rule and interface are known.
  init(_ event: EngineEvent, label: RuleLabel, interface name: String?, isDryRun: Bool) {
    time = event.time.secondsSince1970
    let kind = event.leaf ?? event.kind
    action = kind.text
    dryRun = isDryRun && kind.keepsPackets ? true : nil
    triggerPrevented = event.isTriggerPrevented ? true : nil
    triggerWithheld = event.triggerObstacle.flatMap { $0 == .protected ? nil : "\($0)" }
    observed = event.isObserved ? true : nil
    subAction = event.leaf.flatMap { $0.text == event.kind.text ? nil : event.kind.text }
    rule = event.reason.map { "rule = 0 \($0.name)" } ?? String(label.text.cut(toBytes: Self.longestRule))
    parameter = event.reason == nil ? String(label.parameter.cut(toBytes: Self.longestParameter)) : ""
    guard event.hasPacket else { return }
    byteCount = event.byteCount
    direction = event.direction == .inbound ? "in" : "out"
    interface = name
    guard event.present.contains(.addresses) else { return }
    source = event.endpointText(event.source, port: event.sourcePort)
    destination = event.endpointText(event.destination, port: event.destinationPort)
    `protocol` = event.protocolText
    protocolDetail = event.icmpName
    tcpFlags = event.present.contains(.tcpFlags) ? TCPFlagNames.text(of: event.tcpFlags) : nil
    ttl = event.timeToLive
  }
}

extension EngineEvent.Kind {
  /// The classic program's words (docs/Classic.md, "Events"); a script is called by our action's name. Rate limits are not
  /// logged.
  public var text: String {
    switch self {
    case .pass: "packet passed"
    case .delete: "packet dropped"
    case .reject: "reject, packet dropped"
    case .dropConnection: "connection dropped"
    case .log: "packet logged"
    case .alert: "Alert"
    case .email: "Email notification"
    case .url: "URL notification"
    case .script: "Script"
    case .rateLimit: "rate limited"
    }
  }

  /// Packets do not pass then, unless nothing is carried out.
  fileprivate var keepsPackets: Bool { self == .delete || self == .reject || self == .dropConnection }
}

extension EngineEvent {
  /// `nil` for an interface that `names`, in the engine's order, do not know.
  func interfaceName(among names: [String]) -> String? {
    names.indices.contains(Int(interface)) ? names[Int(interface)] : nil
  }

  /// An address with its port, if the packet has ports.
  fileprivate func endpointText(_ address: IPAddress, port: UInt16) -> String {
    address.text(port: present.contains(.ports) ? port : nil)
  }

  fileprivate var protocolText: String {
    guard present.contains(.protocolNumber) else { return "IP" }
    switch protocolNumber {
    case IPProtocol.tcp: return "TCP"
    case IPProtocol.udp: return "UDP"
    case IPProtocol.icmp where present.contains(.icmp): return "ICMP:\(icmpType),\(icmpCode)"
    case IPProtocol.icmpv6 where present.contains(.icmpv6): return "ICMPv6:\(icmpType),\(icmpCode)"
    default: return "\(protocolNumber)"
    }
  }

  fileprivate var icmpName: String? {
    if present.contains(.icmp) { return ICMPNames.version4(type: icmpType, code: icmpCode) }
    if present.contains(.icmpv6) { return ICMPNames.version6(type: icmpType) }
    return nil
  }
}
