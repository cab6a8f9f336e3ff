public import SentryPacket

/// What one line of a log says: somebody has logged in, or has tried to.
public struct LoginEvent: Sendable, Equatable {
  public enum Outcome: Sendable, Equatable {
    case failed
    /// A failure that other lines of the same connection may tell, too, behind this one: it counts if none has before.
    case failedFirst
    /// A connection ends without a login: it counts unless others of its lines have.
    case failedLast
    /// As PAM says it: without a port, and before the program itself may say it.
    case failedInPAM
    /// As the program says it of what PAM may have said before.
    case failedAfterPAM
    case succeeded
  }

  /// Such as `sshd`.
  public var service: String
  public var address: IPAddress
  /// Of the other end, if the line says it.
  public var port: UInt16?
  public var outcome: Outcome
  /// Failures that the line stands for: 1...100.
  public var attempts: Int
  /// Who wanted to log in, as he says himself: fit to be shown, and nothing more.
  public var user: String?
  /// The line, fit to be shown, cut to `longestLine` characters; empty for a success.
  public var line: String

  public static let longestLine = 240

  public init(
    service: String, address: IPAddress, port: UInt16? = nil, outcome: Outcome, attempts: Int = 1, user: String? = nil,
    line: String = ""
  ) {
    self.service = service
    self.address = address
    self.port = port
    self.outcome = outcome
    self.attempts = attempts
    self.user = user
    self.line = line
  }
}
