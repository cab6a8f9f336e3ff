internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  /// On the control socket alone: who is logged in to the web pages does not get further in.
  func answerLinks(from daemon: SentryDaemon) {
    post(RouterPath(ControlPath.links)) { _, context in
      guard let link = daemon.door.link(for: await context.caller.user) else {
        throw HTTPError(
          .gone, message: "this sentry shows no web pages: run it with --web 127.0.0.1:8787 (docs/Dashboard.md)")
      }
      return try Response.json(link)
    }
    refuseMethods(of: ControlPath.links, besides: [.post])
  }
}
