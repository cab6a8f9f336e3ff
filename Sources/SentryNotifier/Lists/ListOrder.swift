public import Foundation

/// A list of addresses to fetch.
public struct ListOrder: Codable, Sendable, Equatable {
  /// By HTTP or HTTPS.
  public var url: String
  /// What the server said of the copy that is known: nothing is fetched if it still goes (RFC 9110 §13.1).
  public var tag: String?
  /// The same as a time, for servers without tags.
  public var lastModified: String?
  /// Bytes that the list may have, unpacked.
  public var longest: Int
  /// Seconds until the list must be there.
  public var patience: Int

  public init(url: String, tag: String? = nil, lastModified: String? = nil, longest: Int, patience: Int) {
    self.url = url
    self.tag = tag
    self.lastModified = lastModified
    self.longest = longest
    self.patience = patience
  }
}

/// A part of the answer to a `ListOrder`: bytes of the list, in their order, or how it ended.
public struct ListAnswer: Codable, Sendable, Equatable {
  public enum Ending: Codable, Sendable, Equatable {
    /// That were all bytes. What the server says of this copy: its tag, and when it was last changed.
    case complete(tag: String?, lastModified: String?)
    /// The copy that is known goes on.
    case unchanged
    /// Why there is no list, and in how many seconds the server wants to be asked again, if it says so.
    case failed(String, retrySeconds: Int?)
  }

  public var bytes: Data?
  public var ending: Ending?

  public init(bytes: Data) { self.bytes = bytes }
  public init(_ ending: Ending) { self.ending = ending }
}
