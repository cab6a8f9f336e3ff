/// `Rate limit`: both directions at once. Documents from before 2005 know it, by name.
enum RateLimitAction: RateLimitingAction {
  static let name = "Rate limit"
  static let codes = GenerationCodes.none
  static let summary = "limits the connection both ways, and goes on"
  static let details = "Rate limit in and Rate limit out with one rate each; a name of the oldest documents."
  static let operation = Operation.rateLimit
}

/// An action whose parameter is a rate, shared by the active connections that are bound to the rule.
protocol RateLimitingAction: Action {}

extension RateLimitingAction {
  static var parameterMeaning: String? { "bits per second: 56000, 64k, 1.25M" }
  static var parameterExample: String { "1.25M" }

  static func argument(of parameter: String) throws(ValueError) -> ActionArgument {
    .rate(try RateText.bitsPerSecond(try Substring(parameter).without(.atEnd)))
  }
}
