internal import Hummingbird
internal import NIOCore
internal import SentryControl

extension Router<ControlContext> {
  func answerRules(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.rules)) { _, _ in try Response.json(await daemon.activeRules()) }

    put(RouterPath(ControlPath.rules)) { request, _ in
      let body = try await request.body.collect(upTo: ControlLimit.requestBytes)
      let name = request.uri.queryParameters[Substring(ControlPath.documentName)].map(String.init) ?? "document"
      let reply = try await daemon.apply(SubmittedDocument(name: name, reading: Array(buffer: body)))
      return try Response.json(reply, status: reply.applied ? .ok : .unprocessableContent)
    }
  }
}
