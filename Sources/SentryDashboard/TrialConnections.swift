internal import Hummingbird
internal import SentryControl

/// Has browsers confirm a document on trial over a connection of its own.
///
/// They keep connections and choose among them as they like. So the one that a document came by ends with the reply, and a
/// confirmation over any other that was there before is sent here again (307, RFC 9110 §15.4.8), over a new one.
struct TrialConnections: RouterMiddleware {
  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    switch (request.method, request.uri.path) {
    case (.put, ControlPath.rules)
    where response.status == .ok && request.uri.queryParameters[Substring(ControlPath.trialSeconds)] != nil:
      response.headers[.connection] = "close"
    case (.post, ControlPath.confirm) where response.status == .preconditionRequired:
      response.status = .temporaryRedirect
      response.headers[.location] = ControlPath.confirm
      response.headers[.connection] = "close"
    default: break
    }
    return response
  }
}
