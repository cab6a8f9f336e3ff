/// `Drop connection`: discards the packet, closes both ends of its connection, and logs it.
enum DropConnectionAction: Action {
  static let name = "Drop connection"
  static let codes = GenerationCodes(newest: 7, middle: 7)
  static let summary = "discards the packet and closes its connection"
  static let details = "Both ends are told that the connection is over. Anything but TCP is only discarded."
  static let operation = Operation.dropConnection
}
