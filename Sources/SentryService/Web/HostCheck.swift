package import Hummingbird

/// Answers nobody who asks for another host than this one: a web page that makes its own name mean our address (DNS rebinding)
/// gets status 421.
package struct HostCheck<Context: RequestContext>: RouterMiddleware {
  let place: ListenPlace

  package init(place: ListenPlace) { self.place = place }

  package func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard let authority = request.head.authority, place.accepts(authority: authority) else {
      throw HTTPError(.misdirectedRequest, message: "this is not the host that was asked for")
    }
    return try await next(request, context)
  }
}
