internal import Foundation
internal import Hummingbird
internal import NIOCore
internal import SentryControl

extension Router where Context: CallerContext {
  /// What people turn on and off: the firewall, and its log.
  func answerSwitches(of daemon: SentryDaemon) {
    answerSwitch(at: ControlPath.enabled) { try await daemon.setEnabled($0, by: $1) }
    answerSwitch(at: ControlPath.logging) { isOn, _ in await daemon.setLogging(isOn) }
  }

  private func answerSwitch(at path: String, _ turn: @escaping @Sendable (Bool, Caller) async throws -> EnabledReply) {
    put(RouterPath(path)) { request, context in
      let body = try await request.body.collect(upTo: ControlLimit.requestBytes)
      guard let wanted = try? JSONDecoder().decode(EnabledRequest.self, from: Data(body.readableBytesView)) else {
        throw HTTPError(.badRequest, message: #"expected {"enabled": true} or {"enabled": false}"#)
      }
      return try Response.json(await turn(wanted.enabled, context.caller))
    }
  }
}
