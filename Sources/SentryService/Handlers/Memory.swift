internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerMemory(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.memory)) { _, _ in try Response.json(MemoryReply(memory: await daemon.flushMemory())) }
  }
}
