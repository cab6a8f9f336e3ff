package import Hummingbird
internal import NIOCore
internal import SentryControl
internal import SentryJournal

extension Response {
  /// A reply with a JSON body.
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: try JSONLine.buffer(value)))
  }
}

extension JSONLine {
  /// With a line end, as the control socket sends it.
  static func buffer(_ value: some Encodable) throws -> ByteBuffer {
    ByteBuffer(bytes: try bytes(value) + [UInt8(ascii: "\n")])
  }
}

/// Notes what callers say of the SSH connection they come by.
struct ClaimMiddleware<Context: CallerContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.sshConnection = request.uri.queryParameters[Substring(ControlPath.sshConnection)].map(String.init)
    return try await next(request, context)
  }
}

/// Answers a request that failed with a status and the reason as JSON; nothing a caller sends ends otherwise.
package struct FailureMiddleware<Context: CallerContext>: RouterMiddleware {
  package init() {}

  package func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      // Not waited for: it is announced, and would be refused once it had all come.
      if let length = request.announcedLength, length > ControlLimit.requestBytes {
        throw NIOTooManyBytesError(maxBytes: ControlLimit.requestBytes)
      }
      return try await next(request, context)
    } catch let error as HTTPError {
      var response = try failure(
        error.status, error.body ?? "\(request.method) \(request.uri.path): \(error.status.reasonPhrase)")
      // What follows would be taken for the next reply (RFC 9110 §9.3.2).
      if request.method == .head { response.body = ResponseBody() }
      for field in error.headers { response.headers[field.name] = field.value }
      return response
    } catch is NIOTooManyBytesError {
      return try failure(.contentTooLarge, "more than \(ControlLimit.requestBytes) bytes")
    } catch DaemonError.generationChanged(let expected, let found) {
      return try failure(
        .preconditionFailed,
        "the rules were changed meanwhile (generation \(found), not \(expected)); nothing was done, try again")
    } catch let objection as AddressObjection {
      return try failure(objection.canBeForced ? .conflict : .forbidden, objection.message)
    } catch DaemonError.refused(let refusal) {
      return try failure(refusal.status, refusal.message)
    } catch let refusal as PermissionRefusal {
      return try failure(refusal.status, refusal.message)
    } catch is WorkBench.Crowded {
      return try failure(
        .tooManyRequests, "others have asked for so much that this would have to wait too long; try again")
    } catch let error as StoreError {
      return try failure(.serviceUnavailable, error.description)
    } catch DaemonError.stopped {
      return try failure(.serviceUnavailable, "the daemon is shutting down")
    } catch {
      return try failure(.internalServerError, "\(error)")
    }
  }

  private func failure(_ status: HTTPResponse.Status, _ message: String) throws -> Response {
    try .json(FailureReply(message: message), status: status)
  }
}

extension ApplyRefusal {
  fileprivate var status: HTTPResponse.Status {
    switch self {
    case .onTrial: HTTPResponse.Status(code: 423, reasonPhrase: "Locked")
    case .nothingOnTrial, .noDocument: .gone
    case .sameConnection: .preconditionRequired
    case .sameLogin: .conflict
    case .unusable: .forbidden
    case .givenUp: .requestTimeout
    }
  }
}

extension Request {
  /// Bytes of the body that are to come; `nil` where that is not said.
  fileprivate var announcedLength: Int? { headers[.contentLength].flatMap { Int($0) } }
}
