internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerOutline(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.outline)) { _, _ in try Response.json(await daemon.outline()) }
  }
}
