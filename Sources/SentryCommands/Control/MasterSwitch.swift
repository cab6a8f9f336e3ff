internal import Foundation
internal import SentryControl

/// What `on` and `off` share.
enum MasterSwitch {
  /// For how long a daemon is waited for.
  static let patience: Int64 = 10

  static func turn(on isOn: Bool, at socketPath: String) async throws {
    let reply = try await ControlClient.connected(to: socketPath, patience: patience) { client in
      try await client.put(
        ControlPath.enabled, body: try JSONEncoder().encode(EnabledRequest(enabled: isOn)), as: EnabledReply.self)
    }
    Console.writeLine(text(of: reply))
  }

  static func text(of reply: EnabledReply) -> String {
    let word = reply.enabled ? "on" : "off"
    return reply.wasEnabled == reply.enabled ? "sentry was \(word) already" : "sentry is \(word)"
  }
}
