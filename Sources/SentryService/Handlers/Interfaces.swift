internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerInterfaces(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.interfaces)) { _, _ in try Response.json(await daemon.interfaces()) }
  }
}
