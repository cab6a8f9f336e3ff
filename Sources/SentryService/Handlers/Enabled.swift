internal import Foundation
internal import Hummingbird
internal import NIOCore
internal import SentryControl

extension Router where Context: CallerContext {
  func answerEnabled(from daemon: SentryDaemon) {
    put(RouterPath(ControlPath.enabled)) { request, context in
      let body = try await request.body.collect(upTo: ControlLimit.requestBytes)
      guard let wanted = try? JSONDecoder().decode(EnabledRequest.self, from: Data(body.readableBytesView)) else {
        throw HTTPError(.badRequest, message: #"expected {"enabled": true} or {"enabled": false}"#)
      }
      return try Response.json(await daemon.setEnabled(wanted.enabled, by: context.caller))
    }
  }
}
