/// `Drop connection`: discards the packet, closes both ends of its connection, and logs it.
enum DropConnectionAction: Action {
  static let name = "Drop connection"
  static let codes = GenerationCodes(newest: 7, middle: 7)
  static let summary = "discards the packet and closes its connection"
  static let details = """
    Both ends get a reset in place of the packet, and what still comes of the connection is deleted, whatever later rules say. A \
    local program that asked for a web page gets one that says it was blocked (settings.blockedPage). Anything but TCP is only \
    discarded.
    """
  static let operation = Operation.dropConnection
}
