import SentryPacket
import SentryRules

/// What a lowered test is asked about here: a packet's values without a packet, and the plainest reading of each test.
struct TestPacket: Sendable {
  var numbers: [NumberField: UInt64] = [.direction: 0]
  var source = IPAddress("198.51.100.7")
  var destination = IPAddress("192.0.2.1")
  var interface = "eth0"
  var isExternal = true
  var tables: Set<AddressTableKind> = []
  var isKnownConnection = false
  var tcpFlags: UInt8?
  var ipOptions: [UInt8]?
  var tcpOptions: [UInt8]?
  var payload: [UInt8]?
  var connectionState: ConnectionStates = .new
  /// What the request line and the `Host` header hold.
  var requestText: String?
  var serverName: String?
  var dnsName: String?
  /// The names of its executable, in all forms.
  var applications: Set<ApplicationName> = []
  /// Of the local day, seconds and number.
  var secondOfDay: UInt32 = 0
  var dayOfWeek: UInt8 = 0
  /// Seconds since 1970.
  var moment: Int64 = 0
  var sourceRate: UInt64 = 0
  var parentMatchCount: UInt64 = 0
  var parentMatchRate: UInt64 = 0
  var parentByteCount: UInt64 = 0
  /// Set for the timer only.
  var idleSeconds: [IdleSubject: UInt64] = [:]

  static func udp(from source: UInt64 = 40_000, to destination: UInt64 = 53) -> TestPacket {
    TestPacket(numbers: [.direction: 0, .protocolNumber: 17, .sourcePort: source, .destinationPort: destination])
  }

  static func tcp(
    from source: UInt64 = 40_000, to destination: UInt64 = 80, flags: UInt8 = TCPFlag.ack, options: [UInt8] = []
  ) -> TestPacket {
    var packet = TestPacket(numbers: [
      .direction: 0, .protocolNumber: 6, .sourcePort: source, .destinationPort: destination,
    ])
    packet.tcpFlags = flags
    packet.tcpOptions = options
    return packet
  }

  static func icmp(type: UInt64, code: UInt64 = 0) -> TestPacket {
    TestPacket(numbers: [.direction: 0, .protocolNumber: 1, .icmpType: type, .icmpCode: code])
  }

  static func from(_ source: String) -> TestPacket {
    TestPacket(source: IPAddress(source))
  }

  static func to(_ destination: String) -> TestPacket {
    TestPacket(destination: IPAddress(destination))
  }

  static func number(_ field: NumberField, _ value: UInt64) -> TestPacket {
    TestPacket(numbers: [field: value])
  }

  static func payload(_ text: String) -> TestPacket {
    TestPacket(payload: Array(text.utf8))
  }
}

extension TestPacket {
  /// Whether the only instruction of `program` matches this packet.
  func matches(_ program: Program) -> Bool? {
    guard let instruction = program.instructions.first, program.instructions.count == 1 else { return nil }
    return passes(instruction.test, program) != instruction.isNegated
  }

  private func passes(_ test: Test, _ program: Program) -> Bool {
    switch test {
    case .constant(let result): result
    case .number(let field, let range): numbers[field].map(range.contains) ?? false
    case .address(.source, let range): source.map(range.matches) ?? false
    case .address(.destination, let range): destination.map(range.matches) ?? false
    case .interface(let index): program.interfaces[Int(index)].matches(name: interface, isExternal: isExternal)
    case .table(let table): tables.contains(table)
    case .knownConnection: isKnownConnection
    case .tcpFlags(let on, let off): tcpFlags.map { $0 & on == on && $0 & off == 0 } ?? false
    case .ipOptions(let list, let noneOf):
      has(program.optionLists[Int(list)], in: ipOptions, noneOf) { $1 < 32 ? $0 & 31 == $1 : $0 == $1 }
    case .tcpOptions(let list, let noneOf): has(program.optionLists[Int(list)], in: tcpOptions, noneOf, by: ==)
    case .content(let index): payload.map { program.contents[Int(index)].isFound(in: $0) } ?? false
    case .connectionState(let states): states.contains(connectionState)
    case .urlKeyword(let index):
      requestText.map { $0.lowercased().contains(String(decoding: program.keywords[Int(index)], as: UTF8.self)) }
        ?? false
    case .serverName(let index): serverName.map { program.names[Int(index)].means($0) } ?? false
    case .dnsName(let index): dnsName.map { program.names[Int(index)].means($0) } ?? false
    case .application(let name): applications.contains(program.applications[Int(name)])
    case .sourceRate(let range): range.contains(sourceRate)
    case .timeOfDay(let first, let last): isWithin(secondOfDay, first, last)
    case .dayOfWeek(let first, let last): isWithin(dayOfWeek, first, last)
    case .dateAndTime(let range): range.contains(moment)
    case .parentMatchCount(let range): range.contains(parentMatchCount)
    case .parentMatchRate(let range): range.contains(parentMatchRate)
    case .parentByteCount(let range): range.contains(parentByteCount)
    case .idleSeconds(let subject, let range): idleSeconds[subject].map(range.contains) ?? false
    }
  }

  /// A first one after the last goes around.
  private func isWithin<Number: Comparable>(_ number: Number, _ first: Number, _ last: Number) -> Bool {
    first <= last ? number >= first && number <= last : number >= first || number <= last
  }

  private func has(
    _ wanted: [UInt8], in options: [UInt8]?, _ noneOf: Bool, by isSame: (UInt8, UInt8) -> Bool
  ) -> Bool {
    let found = wanted.filter { kind in (options ?? []).contains { isSame($0, kind) } }
    return noneOf ? found.isEmpty : options != nil && found == wanted
  }
}

extension NamePattern {
  fileprivate func means(_ asked: String) -> Bool {
    let wanted = String(decoding: name, as: UTF8.self)
    return matchesBelow ? asked.hasSuffix("." + wanted) : asked == wanted
  }
}

extension ContentPattern {
  /// The first search of a packet.
  fileprivate func isFound(in payload: [UInt8]) -> Bool {
    let offset =
      switch start {
      case .payload(let offset), .previousFind(let offset): max(0, offset)
      }
    var window = Array(payload.dropFirst(offset).prefix(windowLength))
    if let terminator, let end = window.firstIndex(of: terminator) { window.removeSubrange(end...) }
    let text = String(decoding: window, as: UTF8.self)
    let wanted = String(decoding: bytes, as: UTF8.self)
    return ignoresCase ? text.lowercased().contains(wanted.lowercased()) : text.contains(wanted)
  }
}
