internal import Foundation
internal import Hummingbird
internal import NIOCore
internal import SentryJournal
internal import SentryService

/// What a page is told of its session.
struct SessionReply: Codable, Equatable {
  var user: String
  /// For the header `Sentry-Token`.
  var csrf: String
  /// Seconds since 1970, if nothing is asked until then.
  var expires: Double
}

struct LoginRequest: Codable {
  var token: String
}

extension Router where Context == WebContext {
  static var sessionPath: RouterPath { "/web/session" }

  /// Without a session: the way to one.
  func answerLogin(at door: WebDoor, for sessions: Sessions, behind origin: WebOrigin?) {
    let limit = LoginLimit()
    post(Self.sessionPath) { request, context in
      let body = try await Self.loginBody(of: request)
      guard let wanted = try? JSONDecoder().decode(LoginRequest.self, from: Data(body.readableBytesView)) else {
        throw HTTPError(.badRequest, message: #"expected {"token": "…"}, as in the link that 'sentry open' prints"#)
      }
      guard let user = door.take(wanted.token) else {
        guard limit.takeFailure() else {
          throw HTTPError(
            .tooManyRequests, headers: [.retryAfter: "60"], message: "too many wrong tokens: wait a minute")
        }
        throw HTTPError(
          .unauthorized, message: "this link was used, or is too old, or never was one: 'sentry open' makes a new one")
      }
      let session = sessions.begin(as: user, peer: context.peer)
      var response = try session.response()
      response.headers[.setCookie] = SessionCookie(of: request, behind: origin).setting(session.key.text)
      return response
    }
  }

  private static func loginBody(of request: Request) async throws -> ByteBuffer {
    let size = 4_096
    do {
      return try await request.body.collect(upTo: size)
    } catch is NIOTooManyBytesError {
      throw HTTPError(.contentTooLarge, message: "more than \(size) bytes")
    }
  }

  /// With a session.
  func answerSession(for sessions: Sessions, behind origin: WebOrigin?) {
    get(Self.sessionPath) { _, context in
      guard let session = context.session else { throw HTTPError(.unauthorized) }
      return try session.response()
    }
    delete(Self.sessionPath) { request, context in
      if let session = context.session { sessions.end(session) }
      return Response(
        status: .ok,
        headers: [.contentType: "application/json", .setCookie: SessionCookie(of: request, behind: origin).removing],
        body: ResponseBody(byteBuffer: ByteBuffer(string: "{}")))
    }
  }
}

extension Session {
  fileprivate func response() throws -> Response {
    let expires = WallClock.seconds() + Double(Sessions.idleSeconds)
    let body = try JSONLine.bytes(SessionReply(user: user, csrf: proof.text, expires: expires))
    return Response(
      status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}

/// The cookie that holds the session's key. Browsers keep cookies of one host together, whatever the port: so its name has the port
/// that the browser asks for, and two sentries, one of them through a tunnel, do not log each other out.
struct SessionCookie {
  let name: String
  /// Browsers send it over encrypted connections alone.
  let isSecure: Bool

  init(of request: Request, behind origin: WebOrigin? = nil) {
    isSecure = origin != nil && request.headers[.origin]?.lowercased() == origin?.text
    let port = request.head.authority?.split(separator: ":").last.flatMap { UInt16($0) } ?? 80
    name = "sentry-\(port)"
  }

  func setting(_ value: String) -> String {
    "\(name)=\(value); Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
  }

  var removing: String { setting("") + "; Max-Age=0" }

  /// All that a browser sends by this name: a page at another port of the host may have set one, which comes first if its path is longer.
  func values(in request: Request) -> [String] {
    request.headers[values: .cookie].flatMap { $0.split(separator: ";") }.compactMap { pair in
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0].trimmingPrefix(" ") == name else { return nil }
      return String(parts[1])
    }
  }
}
