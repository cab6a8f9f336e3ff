internal import Hummingbird
internal import NIOCore
internal import SentryControl
internal import SentryJournal
internal import ServiceLifecycle

extension Router where Context: CallerContext {
  func answerLog(from journal: Journal) {
    get(RouterPath(ControlPath.log)) { request, _ in
      let isFollowing = request.uri.queryParameters[Substring(ControlPath.follow)] == "1"
      return Response(
        status: .ok, headers: [.contentType: "application/x-ndjson"],
        body: isFollowing ? following(journal) : try recent(journal))
    }
  }
}

private func recent(_ journal: Journal) throws -> ResponseBody {
  var lines = ByteBuffer()
  for entry in journal.recent() {
    var line = try JSONLine.buffer(entry)
    lines.writeBuffer(&line)
  }
  return ResponseBody(byteBuffer: lines)
}

/// Writes entries as they come, until the caller goes away or the daemon shuts down.
private func following(_ journal: Journal) -> ResponseBody {
  ResponseBody { writer in
    for await entry in journal.follow().cancelOnGracefulShutdown() {
      try await writer.write(JSONLine.buffer(entry))
    }
    try await writer.finish(nil)
  }
}
