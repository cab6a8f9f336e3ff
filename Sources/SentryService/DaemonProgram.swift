public import Logging
internal import SentryCapture
internal import ServiceLifecycle
internal import UnixSignals

/// The daemon as one call: everything `sentry run` does after it has read its command line.
public struct DaemonProgram: Sendable {
  public var document: SubmittedDocument
  /// The system's names of the interfaces to watch.
  public var interfaces: [String]
  public var socketPath: String
  public var intake = PacketIntake.watch(LiveCapture.Options())
  public var memory = MemoryOptions()
  public var origin = DocumentOrigin.chosen

  public init(document: SubmittedDocument, interfaces: [String], socketPath: String) {
    self.document = document
    self.interfaces = interfaces
    self.socketPath = socketPath
  }

  /// Runs until SIGINT, SIGTERM, or SIGHUP (a remote shell has gone) unless that is ignored, then shuts down: the socket first, the packet thread after it.
  ///
  /// Calls `onStart` once the interfaces are open.
  ///
  /// - Throws: why it could not start.
  public func run(log: Logger, onStart: @Sendable () -> Void = {}) async throws(DaemonError) {
    let socket = SocketFile(path: socketPath)
    try await socket.prepare()
    let daemon = try await SentryDaemon.start(
      document, interfaces: interfaces, intake: intake, memory: memory, origin: origin, log: log)
    onStart()
    let services = ServiceGroup(
      services: [DaemonService(daemon: daemon), ControlServer(daemon: daemon, socket: socket, log: log)],
      gracefulShutdownSignals: [.sigint, .sigterm] + (Self.ignoresHangUp ? [] : [.sighup]), logger: log)
    do {
      try await services.run()
    } catch {
      await daemon.stop()
      throw .socketUnusable(path: socketPath, reason: "\(error)")
    }
  }

  /// Whoever started it with `nohup` wants it to go on. (SIGHUP is signal 1, the lowest bit of the mask.)
  private static var ignoresHangUp: Bool {
    let ignored = ProcessStatus.text().flatMap { ProcessStatus.value(of: "SigIgn", in: $0) }?.first
    return ignored.flatMap { UInt64($0, radix: 16) }.map { $0 & 1 != 0 } ?? false
  }
}

/// What goes on in a daemon without anybody asking: the journal, and a look at the host every few seconds.
struct DaemonService: Service {
  let daemon: SentryDaemon

  func run() async throws {
    async let journal: Void = daemon.journal.run()
    async let memory: Void = cancelWhenGracefulShutdown { await daemon.keepMemory() }
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
    await daemon.memory.end()
  }
}
