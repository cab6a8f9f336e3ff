internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import SentryControl

extension Router where Context: CallerContext {
  func answerRules(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.rules)) { _, _ in try Response.json(await daemon.activeRules()) }

    put(RouterPath(ControlPath.rules)) { request, context in
      let body = try await request.body.collect(upTo: ControlLimit.requestBytes)
      let name = request.uri.queryParameters[Substring(ControlPath.documentName)].map(String.init) ?? "document"
      let terms = try ApplyTerms(request.uri)
      let document = SubmittedDocument(name: name, reading: Array(buffer: body))
      let reply = try await daemon.apply(document, on: terms, by: context.caller)
      return try Response.json(reply, status: reply.applied ? .ok : .unprocessableContent)
    }
  }
}

extension ApplyTerms {
  fileprivate init(_ uri: URI) throws {
    func item(_ name: String) -> Substring? { uri.queryParameters[Substring(name)] }
    self.init(
      expected: try expectedGeneration(item(ControlPath.expectedGeneration)),
      change: item(ControlPath.change).map(String.init))
    if change != nil, expected == nil {
      throw HTTPError(.badRequest, message: "a change is one of a generation: say which")
    }
    trialSeconds = try trialLength(item(ControlPath.trialSeconds))
    isForced = item(ControlPath.force) == "1"
    wantsDifference = item(ControlPath.difference) == "1"
  }
}

/// `nil` for a document that is to stay.
private func trialLength(_ text: Substring?) throws -> Int? {
  guard let text else { return nil }
  let range = ControlLimit.trialSeconds
  guard let seconds = Int(text), range.contains(seconds) else {
    throw HTTPError(
      .badRequest,
      message: "'\(text)' is no time for a trial: expected \(range.lowerBound) to \(range.upperBound) seconds")
  }
  return seconds
}

/// `nil` if the caller expects none.
private func expectedGeneration(_ text: Substring?) throws -> UInt32? {
  guard let text else { return nil }
  guard let generation = UInt32(text) else {
    throw HTTPError(.badRequest, message: "'\(text)' is no generation: a number is one")
  }
  return generation
}
