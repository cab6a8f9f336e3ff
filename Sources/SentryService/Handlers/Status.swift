internal import Hummingbird
internal import SentryControl

extension Router<ControlContext> {
  func answerStatus(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.status)) { _, _ in try Response.json(await daemon.status()) }
  }
}
