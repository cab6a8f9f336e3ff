/// `Rate limit out`: binds the packet's connection to the rule's rate, for what leaves, and goes on.
enum RateLimitOutAction: RateLimitingAction {
  static let name = "Rate limit out"
  static let codes = GenerationCodes(newest: 14, middle: 13)
  static let summary = "limits what the connection sends, and goes on"
  static let details = """
    The active connections bound to the rule share its rate evenly; the latest rule that matched binds, whichever way \
    the packet goes: with several rates, put this below Direction == out, lest answers bind it to another. TCP is slowed \
    down without loss, other packets beyond the rate are discarded. Of all rules for one direction, the last gets what \
    the others leave.
    """
  static let operation = Operation.rateLimitOut
}
