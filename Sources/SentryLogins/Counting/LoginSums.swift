public import SentryPacket

/// How many logins of each address a log tells of, from its first line to its last. What several lines tell of one attempt counts once,
/// as it does for `LoginCounter`; nobody is forgotten, and nobody is blocked.
public struct LoginSums: Sendable {
  public struct Sum: Sendable {
    public var failed = 0
    public var succeeded = 0
    private var connections = Connections()

    fileprivate mutating func note(_ event: LoginEvent, at time: Double) {
      if event.outcome == .succeeded {
        succeeded += 1
        connections = Connections()
      } else {
        failed += connections.count(event, at: time)
      }
    }
  }

  public private(set) var addresses: [IPAddress: Sum] = [:]
  private var latest = 0.0

  public init() {}

  /// - Parameter time: seconds since 1970; `nil` if the line says none: that of the line before.
  public mutating func note(_ event: LoginEvent, at time: Double?) {
    latest = time ?? latest
    addresses[event.address, default: Sum()].note(event, at: latest)
  }
}
