/// Why a request was not carried out: the body of every reply with an error status.
public struct FailureReply: Codable, Sendable, Equatable {
  public var message: String

  public init(message: String) { self.message = message }
}
