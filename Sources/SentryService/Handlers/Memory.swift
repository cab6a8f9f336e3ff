internal import Hummingbird
internal import SentryControl

extension Router<ControlContext> {
  func answerMemory(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.memory)) { _, _ in try Response.json(MemoryReply(memory: await daemon.flushMemory())) }
  }
}
