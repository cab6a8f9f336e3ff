/// `Rate limit out`: binds the packet's TCP connection to the rule's rate, for what leaves, and goes on.
enum RateLimitOutAction: RateLimitingAction {
  static let name = "Rate limit out"
  static let codes = GenerationCodes(newest: 14, middle: 13)
  static let summary = "limits what the TCP connection sends, and goes on"
  static let details = """
    Of TCP only. The active connections bound to the rule share its rate; the latest rule that matched binds.
    """
  static let operation = Operation.rateLimitOut
}
