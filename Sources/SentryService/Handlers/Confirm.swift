internal import Foundation
internal import Hummingbird
internal import NIOCore
internal import SentryControl

extension Router where Context: CallerContext {
  func answerConfirm(from daemon: SentryDaemon) {
    post(RouterPath(ControlPath.confirm)) { request, context in
      let body = Data(try await request.body.collect(upTo: ControlLimit.requestBytes).readableBytesView)
      // Nothing need be said.
      guard let wanted = body.isEmpty ? ConfirmRequest() : try? JSONDecoder().decode(ConfirmRequest.self, from: body)
      else { throw HTTPError(.badRequest, message: #"expected nothing, or {"force": true}"#) }
      return try Response.json(await daemon.confirm(by: context.caller, isForced: wanted.force ?? false))
    }
  }
}
