internal import Hummingbird
internal import Logging
internal import SentryControl
internal import SentryPacket

/// Refuses what callers have asked for who wait no more: they have done something else by now, and must not be surprised.
struct PatienceMiddleware<Context: CallerContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard request.method != .get, request.method != .head else { return try await next(request, context) }
    let deadline = request.uri.queryParameters[Substring(ControlPath.deadline)].flatMap { Int64($0) }
    let isLate = deadline.map { $0 < UptimeClock.now().nanoseconds } ?? false
    let caller = await context.caller
    guard !isLate, !caller.isGone else {
      let path = request.uri.path.withoutControlCharacters
      context.logger.notice("\(caller.user) has given up waiting: \(request.method) \(path) is not carried out")
      throw DaemonError.refused(.givenUp)
    }
    return try await next(request, context)
  }
}
