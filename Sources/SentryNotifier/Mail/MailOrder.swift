internal import SentryRules

/// A mail to send.
public struct MailOrder: Codable, Sendable, Equatable {
  /// Who takes the mail.
  public enum Way: Codable, Sendable, Equatable {
    /// A program that is called as sendmail is; its path.
    case program(String)
    case server(Server)
  }

  /// A mail server.
  public struct Server: Codable, Sendable, Equatable {
    /// A name or an address; IPv6 addresses without brackets.
    public var host: String
    public var port: UInt16

    /// Reads `mail.example.org`, `192.0.2.25:587` or `[2001:db8::25]`; the usual port is 25. `nil` for anything else.
    public init?(_ text: String) {
      let target = (try? ProbeTarget("tcp://\(text)")) ?? (try? ProbeTarget("tcp://\(text):25"))
      guard case .connect(let host, let port)? = target, !text.contains("/"), !text.contains(" ") else { return nil }
      (self.host, self.port) = (host, port)
    }
  }

  public var way: Way
  /// An address; `nil`: the administrator of this host.
  public var sender: String?
  /// Addresses; none: the administrator of this host.
  public var recipients: [String]
  public var subject: String
  /// Lines end with line feeds.
  public var body: String
  /// Of what it tells, in seconds since 1970.
  public var time: Double
  /// What this host is called.
  public var host: String

  public init(
    way: Way, sender: String? = nil, recipients: [String], subject: String, body: String, time: Double, host: String
  ) {
    self.way = way
    self.sender = sender
    self.recipients = recipients
    self.subject = subject
    self.body = body
    self.time = time
    self.host = host
  }
}
