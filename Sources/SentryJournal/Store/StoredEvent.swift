internal import GRDB
internal import SentryEngine
internal import SentryPacket

/// An event as a row of table `event`, in the order of `StoredEvent.columns`.
enum StoredEvent {
  static let columns = """
    time, verdict, action, rule, reason, flags, interface, protocol, icmp, source, destination, sourcePort, \
    destinationPort, bytes, message, tcpFlags, ttl
    """

  /// Bits of column `flags`.
  enum Flags {
    static let outbound = 1
    static let dryRun = 2
    static let triggerPrevented = 4
    static let observed = 32
    static let triggerUnproven = 64
    static let triggerOverLimit = 128
    static let hasPacket = 8
    static let icmpv6 = 16
  }

  // MARK: Writing

  /// The row of an event.
  ///
  /// - Parameter rule: the rule's number in table `rule`.
  static func row(
    _ event: EngineEvent, rule: Int64, interface: String?, isDryRun: Bool
  ) -> [(any DatabaseValueConvertible)?] {
    let verdict = event.leaf ?? event.kind
    let hasAddresses = event.hasPacket && event.present.contains(.addresses)
    let hasPorts = hasAddresses && event.present.contains(.ports)
    return [
      event.time.nanoseconds, verdict.stored, verdict == event.kind ? nil : event.kind.stored, rule,
      event.reason?.name, flags(of: event, isDryRun: isDryRun), event.hasPacket ? interface : nil,
      hasAddresses && event.present.contains(.protocolNumber) ? Int64(event.protocolNumber) : nil,
      icmp(of: event), hasAddresses ? event.source.column : nil, hasAddresses ? event.destination.column : nil,
      hasPorts ? Int64(event.sourcePort) : nil, hasPorts ? Int64(event.destinationPort) : nil,
      event.hasPacket ? Int64(event.byteCount) : nil, nil,
      hasAddresses && event.present.contains(.tcpFlags) ? Int64(event.tcpFlags) : nil,
      hasAddresses ? event.timeToLive.map { Int64($0) } : nil,
    ]
  }

  /// The row of a message of the daemon.
  ///
  /// - Parameter rule: the number in table `rule` of the rule that it is about; `nil` where it is about none.
  static func row(message: String, time: Timestamp, rule: Int64? = nil) -> [(any DatabaseValueConvertible)?] {
    let packet = [(any DatabaseValueConvertible)?](repeating: nil, count: 8)
    return [time.nanoseconds, nil, nil, rule, nil, 0] + packet + [message, nil, nil]
  }

  private static func flags(of event: EngineEvent, isDryRun: Bool) -> Int {
    var flags = 0
    if event.hasPacket { flags |= Flags.hasPacket }
    if event.direction == .outbound { flags |= Flags.outbound }
    if isDryRun { flags |= Flags.dryRun }
    if event.isObserved { flags |= Flags.observed }
    switch event.triggerObstacle {
    case .protected: flags |= Flags.triggerPrevented
    case .unproven: flags |= Flags.triggerUnproven
    case .limit: flags |= Flags.triggerOverLimit
    case nil: break
    }
    if event.present.contains(.icmpv6) { flags |= Flags.icmpv6 }
    return flags
  }

  private static func icmp(of event: EngineEvent) -> Int64? {
    guard event.hasPacket, event.present.contains(.icmp) || event.present.contains(.icmpv6) else { return nil }
    return Int64(event.icmpType) << 8 | Int64(event.icmpCode)
  }

  // MARK: Reading

  /// The columns that `entry` reads: those of an event and of its rule. A database that no later version has written to yet lacks
  /// the last ones.
  static func selection(from db: Database) throws -> String {
    let hasFlags = try db.columns(in: "event").contains { $0.name == "tcpFlags" }
    return hasFlags ? "\(selection), tcpFlags, ttl" : "\(selection), NULL, NULL"
  }

  private static let selection = """
    event.time, verdict, event.action, rule, reason, flags, interface, protocol, icmp, source, destination, sourcePort, \
    destinationPort, bytes, message, rule.number, rule.name, rule.parameter, event.id
    """

  /// The event's number in the database.
  static func number(_ row: Row) -> Int64 { (row[18] as Int64?) ?? 0 }

  /// What the log says of a row. What a row cannot have is left out, so that none is ever in the way of the others.
  static func entry(_ row: Row) -> LogEntry {
    let time = Timestamp(nanoseconds: (row[0] as Int64?) ?? 0)
    guard let verdict = (row[1] as Int64?).flatMap({ EngineEvent.Kind(stored: $0) }) else {
      return LogEntry(time: time, message: (row[14] as String?) ?? "", rule: rule(of: row))
    }
    let action = (row[2] as Int64?).flatMap { EngineEvent.Kind(stored: $0) }
    let reason = (row[4] as String?).flatMap { name in BuiltInReason.allCases.first { $0.name == name } }
    let flags = (row[5] as Int?) ?? 0
    var event = EngineEvent(
      time: time, kind: action ?? verdict, leaf: action == nil ? nil : verdict, reason: reason, label: 0,
      isLogged: true)
    event.isObserved = flags & Flags.observed != 0
    if flags & Flags.triggerPrevented != 0 { event.triggerObstacle = .protected }
    if flags & Flags.triggerUnproven != 0 { event.triggerObstacle = .unproven }
    if flags & Flags.triggerOverLimit != 0 { event.triggerObstacle = .limit }
    describePacket(of: &event, row, flags)
    return LogEntry(
      event, label: rule(of: row) ?? .builtIn, interface: row[6] as String?, isDryRun: flags & Flags.dryRun != 0)
  }

  /// `nil` for a row that names none.
  private static func rule(of row: Row) -> RuleLabel? {
    (row[15] as String?).map { number in
      RuleLabel(number: number, name: (row[16] as String?) ?? "", parameter: (row[17] as String?) ?? "")
    }
  }

  private static func describePacket(of event: inout EngineEvent, _ row: Row, _ flags: Int) {
    guard flags & Flags.hasPacket != 0 else { return }
    event.hasPacket = true
    event.direction = flags & Flags.outbound != 0 ? .outbound : .inbound
    event.byteCount = number(row[13])
    if let number = row[7] as Int64? {
      event.present.insert(.protocolNumber)
      event.protocolNumber = UInt8(truncatingIfNeeded: number)
    }
    if let icmp = row[8] as Int64? {
      event.present.insert(flags & Flags.icmpv6 != 0 ? .icmpv6 : .icmp)
      event.icmpType = UInt8(truncatingIfNeeded: icmp >> 8)
      event.icmpCode = UInt8(truncatingIfNeeded: icmp)
    }
    if let source = IPAddress(row[9] as DatabaseValue), let destination = IPAddress(row[10] as DatabaseValue) {
      event.present.insert(.addresses)
      (event.source, event.destination) = (source, destination)
      event.timeToLive = (row[20] as Int64?).map { UInt8(truncatingIfNeeded: $0) }
    }
    if let flags = row[19] as Int64? {
      event.present.insert(.tcpFlags)
      event.tcpFlags = UInt8(truncatingIfNeeded: flags)
    }
    if let source = row[11] as Int64?, let destination = row[12] as Int64? {
      event.present.insert(.ports)
      event.sourcePort = UInt16(truncatingIfNeeded: source)
      event.destinationPort = UInt16(truncatingIfNeeded: destination)
    }
  }

  private static func number(_ value: Int64?) -> UInt32 { UInt32(clamping: value ?? 0) }
}

extension EngineEvent.Kind {
  /// As columns `verdict` and `action` hold it; no number ever comes to mean something else.
  var stored: Int {
    switch self {
    case .pass: 0
    case .delete: 1
    case .reject: 2
    case .dropConnection: 3
    case .log: 4
    case .alert: 5
    case .email: 6
    case .url: 7
    case .script: 8
    case .rateLimit: 9
    }
  }

  /// `nil` for a number that this version does not know.
  init?(stored: Int64) {
    switch stored {
    case 0: self = .pass
    case 1: self = .delete
    case 2: self = .reject
    case 3: self = .dropConnection
    case 4: self = .log
    case 5: self = .alert
    case 6: self = .email
    case 7: self = .url
    case 8: self = .script
    case 9: self = .rateLimit
    default: return nil
    }
  }
}
