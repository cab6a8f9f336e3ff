/// An alert for terminals.
public struct TerminalOrder: Codable, Sendable, Equatable {
  public var title: String
  /// Lines end with line feeds.
  public var text: String
  /// The numbers of the users on whose terminals it is shown.
  public var users: [UInt32]

  public init(title: String, text: String, users: [UInt32]) {
    (self.title, self.text, self.users) = (title, text, users)
  }
}

/// An alert for a desktop.
public struct DesktopOrder: Codable, Sendable, Equatable {
  public var title: String
  /// Lines end with line feeds.
  public var text: String
  /// The socket of the session's message bus.
  public var bus: String

  public init(title: String, text: String, bus: String) {
    (self.title, self.text, self.bus) = (title, text, bus)
  }
}
