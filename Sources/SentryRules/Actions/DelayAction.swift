/// `Delay`: holds an inbound packet for a moment; an outbound one passes.
enum DelayAction: Action {
  static let name = "Delay"
  static let codes = GenerationCodes(newest: 12, middle: 11, year2003: 7)
  static let summary = "holds an inbound packet for a moment"
  static let operation = Operation.delay
}
