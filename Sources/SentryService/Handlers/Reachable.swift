internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerReachable(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.reachable)) { request, _ in
      let milliseconds = request.uri.queryParameters[Substring(ControlPath.milliseconds)].flatMap { Int($0) }
      let range = ControlPath.reachableMilliseconds
      let patience = max(range.lowerBound, min(milliseconds ?? range.upperBound, range.upperBound))
      return try Response.json(await daemon.reachable(within: .milliseconds(patience)))
    }
  }
}
