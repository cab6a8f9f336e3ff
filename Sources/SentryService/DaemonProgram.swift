public import Logging
package import NIOCore
internal import SentryCapture
package import ServiceLifecycle
internal import UnixSignals

/// The daemon as one call: everything `sentry run` does after it has read its command line.
public struct DaemonProgram: Sendable {
  public var document: SubmittedDocument
  /// The system's names of the interfaces to watch.
  public var interfaces: [String]
  public var socketPath: String
  public var intake = PacketIntake.watch(LiveCapture.Options())
  public var memory = MemoryOptions()
  public var journal = JournalOptions()
  public var notifications = NotificationOptions()
  public var origin = DocumentOrigin.chosen
  /// What SIGHUP reads anew; `nil` if there is no such file.
  public var documentFile: ReloadedFile?
  /// Where metrics are to be had besides the control socket.
  public var metrics: ListenPlace?
  /// Makes what shows the daemon's web pages; `nil` for none.
  package var dashboard: (@Sendable (SentryDaemon, Logger) -> any Service)?

  /// Of all that the daemon serves.
  package static var eventLoops: any EventLoopGroup { ControlServer.eventLoops }

  public init(document: SubmittedDocument, interfaces: [String], socketPath: String) {
    self.document = document
    self.interfaces = interfaces
    self.socketPath = socketPath
  }

  /// Runs until SIGINT, SIGTERM, or until its terminal is gone, then shuts down: the socket first, the packet thread after it. SIGHUP for any
  /// other reason has log files opened and the document read anew. Tells the service manager about all of it.
  ///
  /// Calls `onStart` once the interfaces are open.
  ///
  /// - Throws: why it could not start.
  public func run(log: Logger, onStart: @Sendable () -> Void = {}) async throws(DaemonError) {
    let socket = SocketFile(path: socketPath)
    try await socket.prepare()
    let daemon = try await SentryDaemon.start(
      document, interfaces: interfaces, intake: intake, memory: memory, journal: journal, notifications: notifications,
      origin: origin, log: log)
    onStart()
    let manager = ServiceManager.current
    if let problem = manager.problem { log.warning("\(problem)") }
    let reloading = HangUpService(daemon: daemon, manager: manager, file: documentFile, isUsual: origin == .usual)
    var configuration = ServiceGroupConfiguration(
      services: [
        .init(service: DaemonService(daemon: daemon)),
        .init(
          service: ControlServer(
            daemon: daemon, socket: socket, log: log,
            onListening: { manager.tell(.ready(await daemon.statusLine())) })),
        .init(service: reloading, successTerminationBehavior: .gracefullyShutdownGroup),
        // What is last in this list hears of the end first.
        .init(service: SignsOfLife(daemon: daemon, manager: manager)),
      ], logger: log)
    if let metrics {
      configuration.services.insert(.init(service: MetricsServer(daemon: daemon, place: metrics, log: log)), at: 2)
    }
    if let dashboard { configuration.services.insert(.init(service: dashboard(daemon, log)), at: 2) }
    configuration.gracefulShutdownSignals = [.sigint, .sigterm]
    let services = ServiceGroup(configuration: configuration)
    do {
      try await services.run()
    } catch let error as DaemonError {
      await daemon.stop()
      throw error
    } catch {
      await daemon.stop()
      throw .socketUnusable(path: socketPath, reason: "\(error)")
    }
  }
}

/// What goes on in a daemon without anybody asking: the journal, and a look at the host every few seconds.
struct DaemonService: Service {
  let daemon: SentryDaemon

  func run() async throws {
    async let journal: Void = daemon.journal.run()
    async let memory: Void = cancelWhenGracefulShutdown { await daemon.keepMemory() }
    async let notices: Void? = cancelWhenGracefulShutdown { await daemon.notifications?.run() }
    async let lists: Void? = cancelWhenGracefulShutdown { await daemon.lists?.run() }
    async let logins: Void = cancelWhenGracefulShutdown { await daemon.logins.run() }
    async let applications: Void = cancelWhenGracefulShutdown { await daemon.keepApplications() }
    async let kernel: Void = cancelWhenGracefulShutdown { await daemon.keepKernelPart() }
    try? await cancelWhenGracefulShutdown {
      while true {
        try await Task.sleep(for: .seconds(2))
        try await daemon.lookAround()
      }
    }
    await daemon.stop()
    await kernel
    await memory
    await journal
    await notices
    await lists
    await logins
    await applications
    await daemon.notifications?.end()
    await daemon.journal.finishOutputs()
    await daemon.memory.end()
  }
}
