internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerTop(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.top)) { _, _ in try Response.json(await daemon.top()) }
  }
}
