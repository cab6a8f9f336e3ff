internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerReachable(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.reachable)) { request, _ in
      let range = ControlPath.reachableMilliseconds
      let patience = try request.number(ControlPath.milliseconds, within: range) ?? range.upperBound
      return try Response.json(await daemon.reachable(within: .milliseconds(patience)))
    }
  }
}
