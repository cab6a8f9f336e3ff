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

  /// One thread is plenty for one socket; it lives as long as the process.
  static let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  /// Serves until the service group shuts down; requests under way are finished first.
  func run() async throws {
    defer { socket.remove() }
    let application = Application(
      router: Self.router(for: daemon),
      server: .http1(configuration: HTTP1Channel.Configuration(additionalChannelHandlers: [ContinueHandler()])),
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
    router.add(middleware: FailureMiddleware())
    router.add(middleware: ClaimMiddleware())
    router.answerStatus(from: daemon)
    router.answerRules(from: daemon)
    router.answerConfirm(from: daemon)
    router.answerRollback(from: daemon)
    router.answerEnabled(from: daemon)
    router.answerTables(from: daemon)
    router.answerLists(from: daemon)
    router.answerFollowedLists(from: daemon)
    router.answerEvidence(from: daemon)
    router.answerLog(from: daemon)
    router.answerLogging(from: daemon)
    router.answerMemory(from: daemon)
    router.answerMetrics(from: daemon)
    router.answerTop(from: daemon)
    router.answerVocabulary()
    router.answerOutline(from: daemon)
    router.answerDrafts(from: daemon)
    router.answerExplain(from: daemon)
    router.answerHistory(from: daemon)
    router.answerConnections(from: daemon)
    router.answerInterfaces(from: daemon)
    router.answerHealth(from: daemon)
    router.refuseOtherMethods()
    return router
  }
}

/// What handlers know of a request beside the request itself.
struct ControlContext: RequestContext {
  var coreContext: CoreRequestContextStorage

  private let channel: any Channel
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
      return Caller(
        user: peer?.user ?? "unknown", process: peer?.process, connection: channel, sshConnection: sshConnection)
    }
  }

  var maxUploadSize: Int { ControlLimit.requestBytes }
}
