internal import SentryPacket

/// A hardware address of the frame, as it stands in the header, in either direction. Other than Ethernet frames have
/// none.
protocol MACAddressProperty: Property where Operand == UInt64 {
  static var field: NumberField { get }
}

extension MACAddressProperty {
  static var valueSyntax: String { "six hexadecimal pairs joined by : or -" }
  static var example: String { "00:1b:63:84:45:e6" }
  static var relations: Set<Relation> { .unordered }
  static var details: String { "As it stands in the frame, in either direction." }
  static var absence: String { "Only Ethernet frames have one; any other matches != and nothing else." }

  static func parse(_ text: Substring) throws(ValueError) -> UInt64 {
    guard let address = MACAddress.value(of: text) else { throw .notAMACAddress(text) }
    return address
  }

  static func lower(_ relation: Relation, _ operand: UInt64, into program: inout ProgramBuilder) -> LoweredTest {
    LoweredTest(.number(field, operand...operand), relation)
  }
}
