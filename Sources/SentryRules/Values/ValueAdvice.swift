/// What the author of an accepted value or parameter should know about how it is read.
public struct ValueAdvice: Sendable, Equatable {
  /// The value can hardly be meant as it stands; otherwise it may only look like something else.
  public var isDoubtful: Bool
  /// Lower case, quotes the value and says what it is read as.
  public var message: String
  /// How to say it plainly.
  public var hint: String?

  public init(isDoubtful: Bool, _ message: String, hint: String? = nil) {
    self.isDoubtful = isDoubtful
    self.message = message
    self.hint = hint
  }
}
