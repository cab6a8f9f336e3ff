internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SentryService

/// Answers only who is logged in, and does nothing for who does not show the session's proof.
struct SessionGuard: RouterMiddleware {
  let sessions: Sessions
  let places: ConnectionPlaces

  private static let proof = HTTPField.Name("Sentry-Token")

  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    let peer = context.peer
    let found = SessionCookie(of: request).values(in: request).lazy
      .compactMap { key in sessions.use(key, peer: peer).map { (key: key, session: $0) } }.first
    guard let (key, session) = found else {
      throw HTTPError(.unauthorized, message: "nobody is logged in here: 'sentry open' prints a link to do it")
    }
    places.keep(context.channel)
    if request.method != .get, request.method != .head {
      guard let name = Self.proof, let shown = request.headers[name], session.proof.matches(shown) else {
        throw HTTPError(.forbidden, message: "the header Sentry-Token is not that of GET /web/session")
      }
    }
    var context = context
    context.session = session
    var response = try await next(request, context)
    let body = response.body
    // What goes on for hours ends with the session, and is use of it.
    if body.contentLength == nil {
      response.body = ResponseBody { [sessions] writer in
        try await body.write(SessionWriter(writer: writer) { sessions.use(key, peer: peer) != nil })
      }
    }
    return response
  }
}

/// Writes as long as there is a session.
private struct SessionWriter: ResponseBodyWriter {
  struct LoggedOut: Error {}

  var writer: any ResponseBodyWriter
  let isLoggedIn: @Sendable () -> Bool

  mutating func write(_ buffer: ByteBuffer) async throws {
    guard isLoggedIn() else { throw LoggedOut() }
    try await writer.write(buffer)
  }

  consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await writer.finish(trailingHeaders) }
}
