/// `Rate limit in`: binds the packet's TCP connection to the rule's rate, for what arrives, and goes on.
enum RateLimitInAction: RateLimitingAction {
  static let name = "Rate limit in"
  static let codes = GenerationCodes(newest: 13, middle: 12)
  static let summary = "limits what the packet's TCP connection receives, and goes on"
  static let operation = Operation.rateLimitIn
}
