internal import HTTPTypes
package import Hummingbird

/// Answers nobody who asks for another host than this one: a web page that makes its own name mean our address (DNS rebinding)
/// gets status 421.
package struct HostCheck<Context: RequestContext>: RouterMiddleware {
  private static var host: HTTPField.Name? { HTTPField.Name("Host") }

  let place: ListenPlace
  let proxied: String?

  /// - Parameter proxied: the host that a proxy is asked for instead, with its port if it has one.
  package init(place: ListenPlace, proxied: String? = nil) {
    self.place = place
    self.proxied = proxied
  }

  package func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    // A second line stays with the other fields: RFC 9112 §3.2.
    guard let host = Self.host, request.headers[host] == nil else {
      throw HTTPError(.badRequest, message: "more than one line 'Host'")
    }
    guard let authority = request.head.authority,
      place.accepts(authority: authority) || authority.lowercased() == proxied
    else {
      throw HTTPError(.misdirectedRequest, message: "this is not the host that was asked for")
    }
    return try await next(request, context)
  }
}
