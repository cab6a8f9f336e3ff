internal import Hummingbird
internal import NIOCore
internal import SentryControl

extension Router<ControlContext> {
  func answerRules(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.rules)) { _, _ in try Response.json(await daemon.activeRules()) }

    put(RouterPath(ControlPath.rules)) { request, context in
      let body = try await request.body.collect(upTo: ControlLimit.requestBytes)
      let name = request.uri.queryParameters[Substring(ControlPath.documentName)].map(String.init) ?? "document"
      let expected = try expectedGeneration(request.uri.queryParameters[Substring(ControlPath.expectedGeneration)])
      let document = SubmittedDocument(name: name, reading: Array(buffer: body))
      let change = request.uri.queryParameters[Substring(ControlPath.change)].map(String.init)
      if change != nil, expected == nil {
        throw HTTPError(.badRequest, message: "a change is one of a generation: say which")
      }
      let reply = try await daemon.apply(document, replacing: expected, change: change, user: context.user)
      return try Response.json(reply, status: reply.applied ? .ok : .unprocessableContent)
    }
  }
}

/// `nil` if the caller expects none.
private func expectedGeneration(_ text: Substring?) throws -> UInt32? {
  guard let text else { return nil }
  guard let generation = UInt32(text) else {
    throw HTTPError(.badRequest, message: "'\(text)' is no generation: a number is one")
  }
  return generation
}
