internal import Hummingbird
internal import NIOCore
internal import SentryControl
internal import SentryEngine
internal import SentryJournal
internal import SentryPacket

extension Router where Context: CallerContext {
  func answerLog(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.log)) { request, _ in
      var question = LogQuestion(filter: try request.logFilter())
      let limit = try request.number(ControlPath.limit, within: 1...ControlLimit.logEntries)
      question.limit = limit ?? question.limit
      question.before = try request.number(ControlPath.before, within: 0...Int.max).map(Int64.init)
      let isFollowing = request.uri.queryParameters[Substring(ControlPath.follow)] == "1"
      return Response(
        status: .ok, headers: [.contentType: "application/x-ndjson"],
        body: isFollowing
          ? following(try await daemon.followedLog(question)) : try lines(await daemon.logLines(question)))
    }

    get(RouterPath(ControlPath.logMinutes)) { request, _ in
      var filter = try request.logFilter()
      let until = filter.until ?? WallClock.now()
      let since = filter.since ?? until.adding(seconds: -3_600)
      guard since < until else { throw HTTPError(.badRequest, message: "since must be before until") }
      (filter.since, filter.until) = (since, until)
      return try Response.json(
        await daemon.logMinutes(filter, LogSteps(since: since.seconds, until: until.seconds + 1)))
    }
  }
}

extension Request {
  fileprivate func logFilter() throws(HTTPError) -> EventFilter {
    var filter = EventFilter()
    filter.rule = item(ControlPath.rule)
    filter.addresses = try range(ControlPath.address)
    filter.text = item(ControlPath.text) ?? ""
    guard filter.text.utf8.count <= ControlLimit.logTextBytes else {
      throw HTTPError(
        .contentTooLarge,
        message:
          "a text to look for has at most \(ControlLimit.logTextBytes) bytes, this one has \(filter.text.utf8.count)")
    }
    filter.since = try moment(ControlPath.since)
    filter.until = try moment(ControlPath.until)
    guard let name = item(ControlPath.verdict) else { return filter }
    guard let verdict = EngineEvent.Kind(name: name) else {
      let names = EngineEvent.Kind.logged.map(\.name).joined(separator: ", ")
      throw HTTPError(.badRequest, message: "'\(name)' is no verdict: there are \(names)")
    }
    filter.verdict = verdict
    return filter
  }
}

private func lines(_ lines: [LogLine]) throws -> ResponseBody {
  var text = ByteBuffer()
  for line in lines {
    var line = try JSONLine.buffer(line)
    text.writeBuffer(&line)
  }
  return ResponseBody(byteBuffer: text)
}

/// Writes entries as they come, until the caller goes away or the daemon shuts down.
private func following(_ entries: FollowedEntries) -> ResponseBody {
  ResponseBody { writer in
    try await entries.forEach { try await writer.write(JSONLine.buffer($0)) }
    try await writer.finish(nil)
  }
}
