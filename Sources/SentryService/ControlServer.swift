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

  /// How often we look whether we can still be reached.
  private static let lookInterval = Duration.seconds(2)

  private enum Turn { case ended, lost, over }

  /// Serves until the service group shuts down; requests under way are finished first. Should somebody remove the socket, it listens
  /// anew: who cannot be reached cannot be told to let people in.
  func run() async throws {
    let bound = BoundSocket(file: socket)
    defer { bound.remove() }
    try await withThrowingTaskGroup(of: Turn.self) { turns in
      turns.addTask {
        try await listen(bound, onListening)
        return .ended
      }
      turns.addTask { await watch(bound) }
      while let turn = try await turns.next() {
        guard turn == .lost else { continue }
        turns.addTask { await listenAnew(bound) }
        turns.addTask { await watch(bound) }
      }
    }
  }

  private func watch(_ bound: BoundSocket) async -> Turn {
    let isLost = try? await cancelWhenGracefulShutdown {
      while !bound.isLost { try await Task.sleep(for: Self.lookInterval) }
      return true
    }
    return isLost == true ? .lost : .over
  }

  private func listenAnew(_ bound: BoundSocket) async -> Turn {
    if bound.letGo() { log.warning("\(socket.path) is gone: listening there anew") }
    do {
      try await socket.prepare()
      try await listen(bound) {}
    } catch {
      if bound.fail() { log.error("nobody can reach this sentry: \(error)") }
    }
    return .ended
  }

  private func listen(_ bound: BoundSocket, _ onListening: @escaping @Sendable () async -> Void) async throws {
    let application = Application(
      router: Self.router(for: daemon),
      server: .http1(
        configuration: HTTP1Channel.Configuration(additionalChannelHandlers: [ConnectionAge(), ContinueHandler()])),
      configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socket.path), serverName: "sentry"),
      onServerRunning: { channel in
        bound.hold(channel)
        log.notice("listening on \(socket.path)")
        await onListening()
      },
      eventLoopGroupProvider: .shared(Self.eventLoops), logger: log)
    do {
      try await application.run()
    } catch let error as ServiceGroupError where error == .serviceFinishedUnexpectedly() {
      // It was let go of: nobody found it any more.
    }
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
