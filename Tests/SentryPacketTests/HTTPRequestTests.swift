import SentryPacket
import SentryTestSupport
import Testing

struct HTTPRequestTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let keyword: String
    let request: String
    /// Where the keyword is found, in bytes from the first.
    let position: Int?
    init(_ testDescription: String, _ keyword: String, _ request: String, _ position: Int?) {
      self.testDescription = testDescription
      self.keyword = keyword
      self.request = request
      self.position = position
    }
  }

  private static let longPath = "/" + String(repeating: "x", count: 400)

  @Test(arguments: [
    Row("in the path", "cmd.exe", "GET /scripts/cmd.exe HTTP/1.0\r\n\r\n", 13),
    Row("in capitals", "cmd.exe", "GET /Scripts/CMD.EXE HTTP/1.0\r\n\r\n", 13),
    Row("in the query", "id=1", "POST /a?id=1 HTTP/1.1\r\n\r\n", 8),
    Row("far behind byte 64", "evil", "GET \(longPath)/evil HTTP/1.1\r\n\r\n", 406),
    Row("in a line that goes on in the next segment", "evil", "GET \(longPath)/evil", 406),
    Row("in the Host field", "shop", "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n", 22),
    Row("in a Host field right behind the request line", "a.b", "GET / HTTP/1.1\r\nHost:a.b\r\n\r\n", 21),
    Row(
      "in a Host field in capitals, behind others", "shop",
      "GET / HTTP/1.1\r\nAccept: */*\r\nHOST: SHOP.example\r\n\r\n", 35),
    Row("in a Host field far behind", "shop", "GET \(longPath) HTTP/1.1\r\nHost: shop\r\n\r\n", 422),
    Row("in a Host field that is cut", "shop", "GET / HTTP/1.1\r\nHost: shop", 22),
    Row("in the second Host field", "shop", "GET / HTTP/1.1\r\nHost: a\r\nHost: shop\r\n\r\n", 31),
    Row("first in the request line, where both have it", "shop", "GET /shop HTTP/1.1\r\nHost: shop\r\n\r\n", 5),
    Row("in an absolute target", "shop", "GET http://shop/ HTTP/1.1\r\n\r\n", 11),
    Row("of a CONNECT", "shop:443", "CONNECT shop:443 HTTP/1.1\r\n\r\n", 8),
    Row("with a line feed alone for line ends", "shop", "GET / HTTP/1.1\nHost: shop\n\n", 21),
    Row("after an empty line", "evil", "\r\nGET /evil HTTP/1.1\r\n\r\n", 7),
    Row("with two blanks before the version", "evil", "GET /evil  HTTP/1.1\r\n\r\n", 5),
    Row("with a blank behind the version", "evil", "GET /evil HTTP/1.1 \r\n\r\n", 5),
    Row("with a tab behind the method", "evil", "GET\t/evil\tHTTP/1.1\r\n\r\n", 5),
    Row("of a request without a space in the end", "http/1.1", "GET / HTTP/1.1\r\n\r\n", 6),
    Row("not in the method", "post", "POST / HTTP/1.1\r\n\r\n", nil),
    Row("not across the line's end", "a\r\nhost", "GET /a HTTP/1.1\r\nHost: b\r\n\r\n", nil),
    Row("not in another field", "shop", "GET / HTTP/1.1\r\nReferer: http://shop/\r\nHost: b\r\n\r\n", nil),
    Row("not in a field whose name begins with Host", "shop", "GET / HTTP/1.1\r\nHosts: shop\r\n\r\n", nil),
    Row("not in a field whose name ends with Host", "shop", "GET / HTTP/1.1\r\nX-Host: shop\r\n\r\n", nil),
    Row("not in the body", "shop", "POST / HTTP/1.1\r\nHost: b\r\n\r\nHost: shop\r\n", nil),
    Row("not in an answer", "shop", "HTTP/1.1 200 OK\r\nHost: shop\r\n\r\n", nil),
    Row("not in mail", "shop", "EHLO shop.example\r\n", nil),
    Row("not in a line of another version", "evil", "GET /evil HTTP/2.0\r\n\r\n", nil),
    Row("not without a method", "evil", " /evil HTTP/1.1\r\n\r\n", nil),
    Row("not where the method is all there is", "get", "GET", nil),
    Row("not in binary data", "evil", "\u{1}\u{2}\u{3} evil HTTP/1.1\r\n", nil),
    Row("not where only its start fits", "shopping", "GET /shop", nil),
    Row("not in nothing", "a", "", nil),
    Row("never, if empty", "", "GET / HTTP/1.1\r\n\r\n", nil),
  ])
  func keyword(_ row: Row) {
    let bytes = Array(row.request.utf8)
    let found = bytes.withRawSpan {
      HTTPRequest.position(of: Array(row.keyword.utf8), in: $0, payload: 0..<UInt32(bytes.count))
    }
    #expect(found == row.position)
    // The same inside of a frame.
    let frame = [9, 9, 9] + bytes + Array("shop evil".utf8)
    let inFrame = frame.withRawSpan {
      HTTPRequest.position(of: Array(row.keyword.utf8), in: $0, payload: 3..<UInt32(3 + bytes.count))
    }
    #expect(inFrame == row.position)
  }

  @Test func outside() {
    let bytes = Array("GET /evil HTTP/1.1\r\n\r\n".utf8)
    bytes.withRawSpan { span in
      #expect(HTTPRequest.position(of: Array("evil".utf8), in: span, payload: 0..<UInt32.max) == 5)
      #expect(HTTPRequest.position(of: Array("evil".utf8), in: span, payload: 5000..<6000) == nil)
      #expect(HTTPRequest.position(of: Array("evil".utf8), in: span, payload: UInt32.max..<UInt32.max) == nil)
    }
  }

  struct Start: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let isRequest: Bool
    init(_ testDescription: String, _ text: String, _ isRequest: Bool) {
      self.testDescription = testDescription
      self.text = text
      self.isRequest = isRequest
    }
  }

  @Test(arguments: [
    Start("a request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", true),
    Start("one of HTTP/1.0 with a line feed alone", "HEAD /x HTTP/1.0\n\n", true),
    Start("one after an empty line", "\r\nPOST /form HTTP/1.1\r\n", true),
    Start("one to a proxy", "GET http://a.example/ HTTP/1.1\r\n", true),
    Start("a line that goes on in the next segment", "GET /" + longPath, true),
    Start("the same to a proxy", "GET HTTP://a.example/" + longPath, true),
    Start("an unfinished line that asks for no path", "NICK somebody", false),
    Start("a greeting of SSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", false),
    Start("mail", "EHLO mail.example\r\n", false),
    Start("an answer", "HTTP/1.1 200 OK\r\n", false),
    Start("a handshake of TLS", "\u{16}\u{3}\u{1}\u{2} / HTTP/1.1\r\n", false),
    Start("the middle of something", " / HTTP/1.1\r\n", false),
    Start("HTTP/2 in the clear", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", false),
    Start("a method alone", "GET", false),
    Start("a method and a blank", "GET ", false),
    Start("nothing", "", false),
  ])
  func aRequestIsKnownByItsFirstLine(_ start: Start) {
    let payload = Array(start.text.utf8)
    payload.withRawSpan {
      #expect(HTTPRequest.begins(in: $0, payload: 0..<UInt32(payload.count)) == start.isRequest)
    }
  }
}
