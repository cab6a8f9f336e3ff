internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerHealth(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.health)) { _, _ in try Response.json(await daemon.health()) }
  }
}
