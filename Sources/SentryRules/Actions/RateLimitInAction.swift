/// `Rate limit in`: binds the packet's TCP connection to the rule's rate, for what arrives, and goes on.
enum RateLimitInAction: RateLimitingAction {
  static let name = "Rate limit in"
  static let codes = GenerationCodes(newest: 13, middle: 12)
  static let summary = "limits what the TCP connection receives, and goes on"
  static let details = """
    Of TCP only. The active connections bound to the rule share its rate; the latest rule that matched binds.
    """
  static let operation = Operation.rateLimitIn
}
