internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import SentryService
internal import ServiceLifecycle
internal import SystemPackage

/// Web pages for browsers of this host, and what they ask for: the same requests as on the control socket.
///
/// Who may use the control socket has a link made there, which logs one browser in. Everything is in memory, and all pages are part
/// of the program.
struct DashboardServer: Service {
  let daemon: SentryDaemon
  let place: ListenPlace
  /// How a proxy calls the pages.
  var origin: WebOrigin?
  let log: Logger
  var limits = ConnectionGuard.Limits()
  /// Open at the same time; each page has some.
  let places = ConnectionPlaces(atMost: 128)

  func run() async throws {
    defer { daemon.door.address = nil }
    let application = application(Self.router(for: daemon, at: place, behind: origin, places: places))
    do {
      try await application.run()
    } catch let error as IOError {
      throw DaemonError.webUnusable(place: place.text, reason: "\(Errno(rawValue: error.errnoCode))")
    }
  }

  func application(_ router: Router<WebContext>) -> some ApplicationProtocol {
    Application(
      router: router, server: .http1(configuration: connections),
      configuration: ApplicationConfiguration(
        address: .hostname(place.address, port: Int(place.port)), serverName: "sentry"),
      onServerRunning: { channel in
        let address = "http://\(place.text(listeningAt: channel.localAddress))"
        daemon.door.address = origin?.text ?? address
        let proxied = origin.map { ", for browsers at \($0.text)" } ?? ""
        log.notice("web pages at \(address)\(proxied); 'sentry open' prints a link to log in")
      },
      eventLoopGroupProvider: .shared(DaemonProgram.eventLoops), logger: log)
  }

  private var connections: HTTP1Channel.Configuration {
    var configuration = HTTP1Channel.Configuration(
      additionalChannelHandlers: [
        ConnectionAge(), ConnectionPlace(in: places), ConnectionGuard(limits: limits), ContinueHandler(),
        SafetyHeaders(),
      ])
    configuration.httpDecoder = HTTP1Channel.Configuration.DecoderConfiguration(
      maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)
    return configuration
  }

  /// - Parameters:
  ///   - origin: how a proxy calls the pages.
  ///   - pages: those of the program, unless a test has others.
  ///   - places: those of the connections that the requests come over.
  static func router(
    for daemon: SentryDaemon, at place: ListenPlace, behind origin: WebOrigin? = nil, pages: [Page] = Page.all,
    sessions: Sessions = Sessions(), places: ConnectionPlaces
  ) -> Router<WebContext> {
    let router = Router(context: WebContext.self)
    router.add(middleware: TrialConnections())
    router.add(middleware: FailureMiddleware())
    router.add(middleware: HostCheck(place: place, proxied: origin?.authority))
    router.answer(pages)
    router.add(middleware: OriginCheck(origin: origin))
    router.answerLogin(at: daemon.door, for: sessions, behind: origin)
    router.add(middleware: SessionGuard(sessions: sessions, places: places))
    router.answerSession(for: sessions, behind: origin)
    router.answerRequests(from: daemon)
    return router
  }
}
