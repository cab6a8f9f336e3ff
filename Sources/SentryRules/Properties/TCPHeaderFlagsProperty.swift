internal import SentryPacket

/// `TCP header flags`: some on, some off, the rest does not matter. `syn,-ack` is a new connection's first packet.
enum TCPHeaderFlagsProperty: Property {
  static let name = "TCP header flags"
  static let aliases = ["TCP flags"]
  static let codes = GenerationCodes(16, year2003: 14)
  static let summary = "which TCP flags are on, and which off"
  static let details = "Flags that are not listed do not matter. 'syn,-ack' is the first packet of a connection."
  static let valueSyntax = "a comma list of fin, syn, rst, psh, ack, urg, ece, cwr; with - before it, the flag is off"
  static let example = "syn,-ack"
  static let suggestions = ["syn,-ack", "syn,ack", "fin", "rst", "psh,ack", "-syn,-ack,-rst,-fin"]
  static let relations = Set<Relation>.unordered
  static let precondition: String? = "TCP"
  static let remarks = ValueRemarks.anywhere

  struct Operand: Sendable {
    var on: UInt8 = 0
    var off: UInt8 = 0
  }

  static func parse(_ text: Substring) throws(ValueError) -> Operand {
    var flags = Operand()
    for element in text.listElements {
      let isOff = element.first == "-"
      let bit = try bit(named: isOff ? element.dropFirst().trimmed : element, in: text)
      if isOff { flags.off |= bit } else { flags.on |= bit }
      guard flags.on & flags.off == 0 else { throw .contradictoryFlag(isOff ? element.dropFirst() : element) }
    }
    return flags
  }

  static func lower(_ relation: Relation, _ operand: Operand, into program: inout ProgramBuilder) -> LoweredTest {
    LoweredTest(.tcpFlags(on: operand.on, off: operand.off), relation)
  }

  private static func bit(named name: Substring, in list: Substring) throws(ValueError) -> UInt8 {
    switch name.lowercased() {
    case "fin": TCPFlag.fin
    case "syn": TCPFlag.syn
    case "rst": TCPFlag.rst
    case "psh": TCPFlag.psh
    case "ack": TCPFlag.ack
    case "urg": TCPFlag.urg
    case "ece": 64
    case "cwr": 128
    default: throw .unknownWord(name, expected: ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"], in: list)
    }
  }
}
