internal import SentryRules

/// What only few rule sets ask, found out when one is loaded: what nobody asks is neither gathered nor remembered.
struct RareQuestions: OptionSet {
  let rawValue: UInt8

  /// One of the numbers that `NumberField.isRare` names.
  static let numbers = RareQuestions(rawValue: 1 << 0)
  static let sourceRate = RareQuestions(rawValue: 1 << 1)
  static let serverName = RareQuestions(rawValue: 1 << 2)
  /// What windows TCP ends agree upon: rules limit rates.
  static let rates = RareQuestions(rawValue: 1 << 3)
  static let connectionStates = RareQuestions(rawValue: 1 << 4)
  /// Whether the far end of a TCP connection receives what is sent to it.
  static let proof = RareQuestions(rawValue: 1 << 5)
  /// What connections announce: helpers are switched on.
  static let helpers = RareQuestions(rawValue: 1 << 6)
}

extension RareQuestions {
  init(of program: Program, _ settings: Settings) {
    self = settings.triggerProof == .handshake ? .proof : []
    if !settings.helpers.isEmpty { insert(.helpers) }
    for instruction in program.instructions {
      if instruction.operation.limitsRate { insert(.rates) }
      switch instruction.test {
      case .number(let field, _) where field.isRare: insert(.numbers)
      case .sourceRate: insert(.sourceRate)
      case .serverName: insert(.serverName)
      case .connectionState: insert(.connectionStates)
      default: break
      }
    }
  }
}

extension NumberField {
  var isRare: Bool {
    switch self {
    case .direction, .protocolNumber, .fragmentOffset, .icmpType, .icmpCode, .sourcePort, .destinationPort:
      false
    case .sourceMAC, .destinationMAC, .ipVersion, .icmpv6Type, .icmpv6Code, .timeToLive, .packetLength, .dscp, .vlan,
      .user, .applicationPermission:
      true
    }
  }
}
