internal import Hummingbird
internal import NIOCore
internal import SentryControl

extension Router {
  /// On the control socket, and alone where `sentry run --metrics` says.
  func answerMetrics(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.metrics)) { request, _ in try await Self.metrics(of: daemon, request) }
    head(RouterPath(ControlPath.metrics)) { request, _ in
      try await Self.metrics(of: daemon, request).createHeadResponse()
    }
  }

  private static func metrics(of daemon: SentryDaemon, _ request: Request) async throws -> Response {
    let limit = try ruleLimit(request.uri.queryParameters[Substring(ControlPath.ruleLimit)])
    let text = try await daemon.metrics(ruleLimit: limit).text
    return Response(
      status: .ok, headers: [.contentType: ExpositionText.contentType],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  /// `nil` for all rules.
  private static func ruleLimit(_ text: Substring?) throws -> Int? {
    guard let text else { return ControlLimit.ruleMetrics }
    if text == ControlPath.allRules { return nil }
    guard let limit = Int(text), limit >= 0 else {
      throw HTTPError(.badRequest, message: "'\(text)' is no number of rules: expected one from 0, or all")
    }
    return limit
  }
}
