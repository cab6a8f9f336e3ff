internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerLogins(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.logins)) { _, _ in try Response.json(await daemon.loginsReport()) }
  }
}
