internal import Foundation
internal import Hummingbird
internal import NIOCore
internal import SentryControl

extension Router where Context: CallerContext {
  func answerRollback(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.rollback)) { _, _ in try Response.json(await daemon.pastDocuments()) }

    post(RouterPath(ControlPath.rollback)) { request, context in
      let body = try await request.body.collect(upTo: ControlLimit.requestBytes)
      guard let wanted = try? JSONDecoder().decode(RollbackRequest.self, from: Data(body.readableBytesView)) else {
        throw HTTPError(.badRequest, message: #"expected {"steps": 1}, and perhaps "force": true, "generation": 7"#)
      }
      let reply = try await daemon.rollBack(
        wanted.steps, from: wanted.generation, isForced: wanted.force ?? false, by: context.caller)
      return try Response.json(reply, status: reply.applied ? .ok : .unprocessableContent)
    }
  }
}
