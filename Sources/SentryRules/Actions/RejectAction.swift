/// `Reject`: discards the packet, tells its sender, and logs it.
enum RejectAction: Action {
  static let name = "Reject"
  static let codes = GenerationCodes(newest: 6, middle: 6)
  static let summary = "discards the packet and tells its sender"
  static let details = """
    TCP gets a reset, UDP that the port is unreachable, anything else that a firewall is in the way. Resets, ICMP errors, and \
    packets to a group or to all hosts get no answer.
    """
  static let operation = Operation.reject
}
