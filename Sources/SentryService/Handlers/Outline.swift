internal import Hummingbird
internal import NIOCore
internal import SentryControl

extension Router where Context: CallerContext {
  func answerOutline(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.outline)) { _, _ in try Response.json(await daemon.outline()) }

    get(RouterPath(ControlPath.defaultRules)) { _, _ in
      Response(
        status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: BuiltInDocument.defaultBytes)))
    }
  }
}
