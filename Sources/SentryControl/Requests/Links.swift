/// A link that opens the web pages once, as the user who asked for it.
public struct LinkReply: Codable, Sendable, Equatable {
  /// `http://127.0.0.1:8787/#open=…`: what is behind # never leaves the browser by itself.
  public var url: String
  /// Seconds since 1970.
  public var expires: Double

  public init(url: String, expires: Double) {
    self.url = url
    self.expires = expires
  }
}
