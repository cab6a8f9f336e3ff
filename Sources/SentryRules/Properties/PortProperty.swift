/// A port of TCP or UDP; a later fragment has those of its first, if that was seen.
protocol PortProperty: NumberProperty {
  static var field: NumberField { get }
}

extension PortProperty {
  static var limits: ClosedRange<UInt64> { 0...65_535 }
  static var details: String {
    "A later fragment has no ports of its own; it has those of its first, if that was seen."
  }
  static var precondition: String? { "TCP or UDP" }

  static func test(_ range: ClosedRange<UInt64>) -> Test { .number(field, range) }
}
