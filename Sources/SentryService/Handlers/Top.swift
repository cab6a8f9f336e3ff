internal import Hummingbird
internal import SentryControl

extension Router<ControlContext> {
  func answerTop(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.top)) { _, _ in try Response.json(await daemon.top()) }
  }
}
