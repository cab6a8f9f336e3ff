internal import ServiceLifecycle
internal import UnixSignals

/// What SIGHUP means. If the terminal is gone that the daemon was started from, the daemon ends; who sends it for any other reason
/// wants log files opened anew, as logrotate(8) does when it has moved them, and the document read again, as a service manager does.
struct HangUpService: Service {
  let daemon: SentryDaemon
  let manager: ServiceManager
  /// `nil`: the document came from nowhere that could be read again.
  let file: ReloadedFile?
  /// The file is the one that is looked for where nobody names a document.
  let isUsual: Bool
  private let terminal: ControllingTerminal
  private let endsWithTerminal: Bool

  init(
    daemon: SentryDaemon, manager: ServiceManager, file: ReloadedFile?, isUsual: Bool,
    terminal: ControllingTerminal = .current
  ) {
    (self.daemon, self.manager, self.file, self.isUsual) = (daemon, manager, file, isUsual)
    self.terminal = terminal
    // Whoever started the daemon with `nohup` wants it to go on without a terminal.
    endsWithTerminal = terminal.isThere() && !terminal.isHangUpIgnored
  }

  /// Runs until the group shuts down; returns earlier if the daemon is to end.
  func run() async throws {
    try await follow(await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown())
  }

  /// - Parameter signals: an element for each that comes.
  func follow(_ signals: some AsyncSequence) async throws {
    var file = file
    for try await _ in signals {
      if endsWithTerminal, !terminal.isThere() { return }
      manager.tell(.reloading(since: UptimeClock.now()))
      daemon.journal.reopenOutputs()
      await daemon.reload(&file, isUsual: isUsual)
      manager.tell(.ready(await daemon.statusLine()))
    }
  }
}
