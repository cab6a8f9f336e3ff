internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerStatus(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.status)) { _, _ in try Response.json(await daemon.status()) }
  }
}
