internal import Glibc
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
  /// Whoever started the daemon with `nohup` wants it to go on without a terminal.
  private let endsWithTerminal = Terminal.isThere && !Self.isIgnored

  init(daemon: SentryDaemon, manager: ServiceManager, file: ReloadedFile?, isUsual: Bool) {
    (self.daemon, self.manager, self.file, self.isUsual) = (daemon, manager, file, isUsual)
  }

  /// Runs until the group shuts down; returns earlier if the daemon is to end.
  func run() async throws {
    var file = file
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      if endsWithTerminal, !Terminal.isThere { return }
      manager.tell(.reloading(since: UptimeClock.now()))
      daemon.journal.reopenOutputs()
      await daemon.reload(&file, isUsual: isUsual)
      manager.tell(.ready(await daemon.statusLine()))
    }
  }

  /// SIGHUP is signal 1, the lowest bit of the mask.
  private static var isIgnored: Bool {
    let ignored = ProcessStatus.text().flatMap { ProcessStatus.value(of: "SigIgn", in: $0) }?.first
    return ignored.flatMap { UInt64($0, radix: 16) }.map { $0 & 1 != 0 } ?? false
  }
}

private enum Terminal {
  /// Whether we belong to a terminal that is still there (tty(4)).
  static var isThere: Bool {
    // Safe: the call reads the path, a constant.
    let descriptor = unsafe open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    close(descriptor)
    return true
  }
}
