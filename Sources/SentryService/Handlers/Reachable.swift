internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerReachable(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.reachable)) { _, _ in try Response.json(await daemon.reachable()) }
  }
}
