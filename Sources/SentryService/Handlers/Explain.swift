internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerExplain(from daemon: SentryDaemon) {
    post(RouterPath(ControlPath.explain)) { request, _ in
      let wanted = try await request.decoded(
        ExplainRequest.self, like: #"{"packet": "tcp 203.0.113.9:40000 > me:23 syn in external"}"#)
      do {
        return try Response.json(await daemon.explain(wanted))
      } catch ExplainRefusal.unreadablePacket(let reason) {
        throw HTTPError(.badRequest, message: reason)
      } catch ExplainRefusal.unusableDraft(let reason) {
        throw HTTPError(.unprocessableContent, message: reason)
      }
    }
  }
}
