/// `Rate limit in`: binds the packet's connection to the rule's rate, for what arrives, and goes on.
enum RateLimitInAction: RateLimitingAction {
  static let name = "Rate limit in"
  static let codes = GenerationCodes(newest: 13, middle: 12)
  static let summary = "limits what the connection receives, and goes on"
  static let details = """
    The active connections bound to the rule share its rate evenly; the latest rule that matched binds, whichever way \
    the packet goes: with several rates, put this below Direction == in, lest answers bind it to another. TCP is slowed \
    down without loss, other packets beyond the rate are discarded. Of all rules for one direction, the last gets what \
    the others leave.
    """
  static let operation = Operation.rateLimitIn
}
