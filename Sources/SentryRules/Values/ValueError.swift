/// Why a value cannot be used.
public struct ValueError: Error, Sendable, Equatable {
  /// Lower case, quotes what was found and says what would be accepted.
  public var message: String
  /// What the author probably meant.
  public var hint: String?

  public init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }
}
