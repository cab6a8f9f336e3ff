internal import HTTPTypes
internal import Hummingbird

/// Takes from browsers only what our own pages ask for.
///
/// A browser says who asks: `Origin` with each request that changes something, and `Sec-Fetch-Site` with every request (W3C Fetch
/// Metadata). A page at another port of this host is of the same site, and would be sent our cookie: it is refused, too.
struct OriginCheck: RouterMiddleware {
  /// What else our pages are called.
  let origin: WebOrigin?

  private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")

  func handle(
    _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
  ) async throws -> Response {
    if let name = Self.fetchSite, let site = request.headers[name], site != "same-origin", site != "none" {
      throw HTTPError(.forbidden, message: "another page asks for this (Sec-Fetch-Site: \(site))")
    }
    let asking = request.headers[.origin]
    let isReading = request.method == .get || request.method == .head
    guard asking.map({ isOurs($0.lowercased(), request) }) ?? isReading else {
      throw HTTPError(.forbidden, message: "another page asks for this (Origin: \(asking ?? "missing"))")
    }
    return try await next(request, context)
  }

  private func isOurs(_ asking: String, _ request: Request) -> Bool {
    if asking == origin?.text { return true }
    // By the name that stands for encryption, nobody comes without.
    guard let authority = request.head.authority?.lowercased(), authority != origin?.authority else { return false }
    return asking == "http://" + authority
  }
}
