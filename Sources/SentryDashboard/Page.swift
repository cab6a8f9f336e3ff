internal import CPages
internal import NIOCore

/// A file that browsers are given: markup, styles, scripts, pictures. It holds no secrets.
struct Page: Sendable {
  /// `/app.js`; `/` for the first one.
  var path: String
  var contentType: String
  var content: ByteBuffer
  /// Changes with the content (RFC 9110 §8.8.3).
  var tag: String

  init(name: String, bytes: [UInt8]) {
    path = name == "index.html" ? "/" : "/" + name
    contentType = Self.contentType(of: name)
    content = ByteBuffer(bytes: bytes)
    tag = "\"\(String(Self.hash(bytes), radix: 16))\""
  }

  /// What the program was built with.
  static let all: [Page] = (0..<sentry_page_count()).compactMap { index in
    // Safe: the index is less than the count, and what is there is never freed.
    guard let page = unsafe sentry_page_at(index)?.pointee, let name = unsafe page.name, let start = unsafe page.bytes
    else { return nil }
    // Safe: so many bytes begin there.
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: page.size))
    return Page(name: unsafe String(cString: name), bytes: bytes)
  }

  private static func contentType(of name: String) -> String {
    switch name.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "svg": "image/svg+xml"
    case "png": "image/png"
    default: "text/plain; charset=utf-8"
    }
  }

  /// FNV-1a, 64 bits: the same in every run.
  private static func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
