internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerConfirm(from daemon: SentryDaemon) {
    post(RouterPath(ControlPath.confirm)) { _, context in
      try Response.json(await daemon.confirm(by: context.caller))
    }
  }
}
