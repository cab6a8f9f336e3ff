internal import Foundation
internal import SentryControl

/// What the daemon does or leaves: judging packets, writing its log.
enum DaemonSwitch {
  case sentry, log

  /// For how many seconds a daemon is waited for.
  static let patience: Int64 = 10

  private var path: String {
    switch self {
    case .sentry: ControlPath.enabled
    case .log: ControlPath.logging
    }
  }

  private var name: String {
    switch self {
    case .sentry: "sentry"
    case .log: "the log"
    }
  }

  func turn(on isOn: Bool, at socketPath: String) async throws {
    let reply = try await ControlClient.connected(to: socketPath, patience: Self.patience) { client in
      try await client.put(path, body: try JSONEncoder().encode(EnabledRequest(enabled: isOn)), as: EnabledReply.self)
    }
    Console.writeLine(text(of: reply))
  }

  private func text(of reply: EnabledReply) -> String {
    let word = reply.enabled ? "on" : "off"
    return reply.wasEnabled == reply.enabled ? "\(name) was \(word) already" : "\(name) is \(word)"
  }
}
