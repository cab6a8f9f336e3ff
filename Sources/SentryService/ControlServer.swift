internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import SentryControl
internal import ServiceLifecycle

/// The server end of the control socket: HTTP over a Unix socket, one handler per request (`Handlers/`).
struct ControlServer: Service {
  let daemon: SentryDaemon
  let socket: SocketFile
  let log: Logger
  /// What happens once requests are answered.
  var onListening: @Sendable () async -> Void = {}

  /// One thread is plenty for the socket and a few ports; it lives as long as the process.
  static let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  /// Serves until the service group shuts down; requests under way are finished first.
  func run() async throws {
    defer { socket.remove() }
    let application = Application(
      router: Self.router(for: daemon),
      server: .http1(
        configuration: HTTP1Channel.Configuration(additionalChannelHandlers: [ConnectionAge(), ContinueHandler()])),
      configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socket.path), serverName: "sentry"),
      onServerRunning: { _ in
        socket.protect()
        log.notice("listening on \(socket.path)")
        await onListening()
      },
      eventLoopGroupProvider: .shared(Self.eventLoops), logger: log)
    try await application.run()
  }

  static func router(for daemon: SentryDaemon) -> Router<ControlContext> {
    let router = Router(context: ControlContext.self)
    router.answerRequests(from: daemon)
    router.answerLinks(from: daemon)
    return router
  }
}

/// A request that came over the control socket.
struct ControlContext: CallerContext {
  var coreContext: CoreRequestContextStorage

  let channel: any Channel
  /// What the caller says of the SSH connection he comes by.
  var sshConnection: String?

  init(source: Source) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }

  /// Who asks; a user `unknown` where there is no socket.
  var caller: Caller {
    get async {
      let peer = await Peer(of: channel)
      var caller = Caller(
        user: peer?.user ?? "unknown", process: peer?.process, connection: channel, sshConnection: sshConnection)
      caller.connectedTime = await ConnectionAge.start(of: channel)
      return caller
    }
  }

  var maxUploadSize: Int { ControlLimit.requestBytes }
}
