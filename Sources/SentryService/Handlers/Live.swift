internal import Hummingbird
internal import SentryControl
internal import ServiceLifecycle

extension Router where Context: CallerContext {
  func answerLive(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.live)) { request, context in
      let wantsRules = request.uri.queryParameters[Substring(ControlPath.liveRules)] == "1"
      let channel = context.channel
      guard
        let events = await daemon.live.follow(
          daemon, withRules: wantsRules, hangUp: { channel.close(promise: nil) })
      else {
        throw HTTPError(
          .serviceUnavailable, message: "\(LiveFeed.listenersAtMost) pages are open already: close one of them")
      }
      return Response(
        status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
        body: ResponseBody { writer in
          for await event in events.cancelOnGracefulShutdown() { try await writer.write(event) }
          try await writer.finish(nil)
        })
    }
  }
}
