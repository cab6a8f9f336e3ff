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
/// (`HostCheck`).
struct MetricsServer: Service {
  let daemon: SentryDaemon
  let place: ListenPlace
  let log: Logger
  var limits = MetricsServer.limits

  /// Open at the same time: the control socket and the kernel's part need descriptors, too.
  let places = ConnectionPlaces(atMost: 16)

  private static var limits: ConnectionGuard.Limits {
    var limits = ConnectionGuard.Limits()
    (limits.first, limits.request, limits.reply) = (.seconds(10), .seconds(10), .seconds(10))
    return limits
  }

  func run() async throws {
    do {
      try await application.run()
    } catch let error as IOError {
      throw DaemonError.metricsUnusable(place: place.text, reason: "\(Errno(rawValue: error.errnoCode))")
    }
  }

  var application: some ApplicationProtocol {
    Application(
      router: Self.router(for: daemon, at: place),
      server: .http1(
        configuration: HTTP1Channel.Configuration(
          additionalChannelHandlers: [ConnectionPlace(in: places), ConnectionGuard(limits: limits)])),
      configuration: ApplicationConfiguration(
        address: .hostname(place.address, port: Int(place.port)), serverName: "sentry"),
      onServerRunning: { channel in
        log.notice("metrics at http://\(place.text(listeningAt: channel.localAddress))/metrics")
      },
      eventLoopGroupProvider: .shared(ControlServer.eventLoops), logger: log)
  }

  static func router(for daemon: SentryDaemon, at place: ListenPlace) -> Router<BasicRequestContext> {
    let router = Router(context: BasicRequestContext.self)
    router.add(middleware: HostCheck(place: place))
    router.add(middleware: StoppedDaemon())
    router.answerMetrics(from: daemon)
    router.refuseMethods(of: ControlPath.metrics, besides: [.get, .head])
    return router
  }
}

private struct StoppedDaemon<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch DaemonError.stopped {
      throw HTTPError(.serviceUnavailable, message: "the daemon is shutting down")
    }
  }
}
