internal import Hummingbird

extension Router where Context == WebContext {
  /// Whoever asks may have the pages.
  func answer(_ pages: [Page]) {
    for page in pages {
      get(RouterPath(page.path)) { request, _ in page.response(to: request) }
      head(RouterPath(page.path)) { request, _ in page.response(to: request) }
    }
  }
}

extension Page {
  /// Browsers keep a page, but ask each time whether it is still the same: after an update of the program no old one is used.
  fileprivate func response(to request: Request) -> Response {
    var headers: HTTPFields = [.eTag: tag, .cacheControl: "no-cache"]
    if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(tag) {
      return Response(status: .notModified, headers: headers)
    }
    headers[.contentType] = contentType
    guard request.method != .head else {
      headers[.contentLength] = "\(content.readableBytes)"
      return Response(status: .ok, headers: headers)
    }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: content))
  }
}
