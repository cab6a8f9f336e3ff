/// `Reject`: discards the packet, tells its sender, and logs it.
enum RejectAction: Action {
  static let name = "Reject"
  static let codes = GenerationCodes(newest: 6, middle: 6)
  static let summary = "discards the packet and tells its sender"
  static let details = "TCP gets a reset, UDP that the port is unreachable; anything else is only discarded."
  static let operation = Operation.reject
}
