internal import HTTPTypes
internal import Hummingbird

/// Takes from browsers only what our own pages ask for.
///
/// A browser says who asks: `Origin` with each request that changes something, and `Sec-Fetch-Site` with every request (W3C Fetch
/// Metadata). A page at another port of this host is of the same site, and would be sent our cookie: it is refused, too.
struct OriginCheck: RouterMiddleware {
  private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")

  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    if let name = Self.fetchSite, let site = request.headers[name], site != "same-origin", site != "none" {
      throw HTTPError(.forbidden, message: "another page asks for this (Sec-Fetch-Site: \(site))")
    }
    let origin = request.headers[.origin]
    let own = request.head.authority.map { "http://" + $0.lowercased() }
    let isAsking = request.method == .get || request.method == .head
    guard isAsking && origin == nil || origin != nil && origin?.lowercased() == own else {
      throw HTTPError(.forbidden, message: "another page asks for this (Origin: \(origin ?? "missing"))")
    }
    return try await next(request, context)
  }
}
