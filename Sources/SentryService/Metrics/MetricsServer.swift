internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import SentryControl
internal import ServiceLifecycle
internal import SystemPackage

/// Metrics for whoever asks at a TCP port, and nothing else: who may connect may read them, so the port is one of the loopback
/// interface unless somebody has said otherwise.
///
/// Browsers connect, too, wherever a web page sends them: the name they ask for must be one of this host
/// (`MetricsPlace.accepts(host:)`).
struct MetricsServer: Service {
  let daemon: SentryDaemon
  let place: MetricsPlace
  let log: Logger

  func run() async throws {
    let application = Application(
      router: Self.router(for: daemon, at: place),
      configuration: ApplicationConfiguration(
        address: .hostname(place.address, port: Int(place.port)), serverName: "sentry"),
      onServerRunning: { channel in
        log.notice("metrics at http://\(channel.localAddress.map { Self.text(of: $0) } ?? place.text)/metrics")
      },
      eventLoopGroupProvider: .shared(ControlServer.eventLoops), logger: log)
    do {
      try await application.run()
    } catch let error as IOError {
      throw DaemonError.metricsUnusable(place: place.text, reason: "\(Errno(rawValue: error.errnoCode))")
    }
  }

  private static func text(of address: SocketAddress) -> String {
    let host = address.ipAddress ?? ""
    return (host.contains(":") ? "[\(host)]" : host) + ":\(address.port ?? 0)"
  }

  static func router(for daemon: SentryDaemon, at place: MetricsPlace) -> Router<BasicRequestContext> {
    let router = Router(context: BasicRequestContext.self)
    router.add(middleware: HostCheck(place: place))
    router.answerMetrics(from: daemon)
    router.refuseMethods(of: ControlPath.metrics, besides: [.get, .head])
    return router
  }
}

/// Answers nobody who asks for another host than this one.
private struct HostCheck: RouterMiddleware {
  let place: MetricsPlace

  func handle(
    _ request: Request, context: BasicRequestContext,
    next: (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    guard let authority = request.head.authority, place.accepts(authority: authority) else {
      throw HTTPError(.misdirectedRequest, message: "this is not the host that was asked for")
    }
    do {
      return try await next(request, context)
    } catch DaemonError.stopped {
      throw HTTPError(.serviceUnavailable, message: "the daemon is shutting down")
    }
  }
}
