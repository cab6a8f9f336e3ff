internal import ServiceLifecycle

/// Tells the service manager that packets are being judged, twice as often as it wants to hear, how things are when that changes, and that
/// the daemon ends.
///
/// A sign of life is an answer of the packet thread, given between two batches: if that hangs, there is none.
struct SignsOfLife: Service {
  let daemon: SentryDaemon
  let manager: ServiceManager
  /// How often a look is taken whether the status has changed.
  var statusInterval = Duration.seconds(2)

  func run() async throws {
    guard manager.isListening else { return try await gracefulShutdown() }
    await withGracefulShutdownHandler {
      await cancelWhenGracefulShutdown {
        async let beats: Void = beat()
        async let status: Void = followStatus()
        _ = await (beats, status)
      }
    } onGracefulShutdown: {
      manager.tell(.stopping)
    }
  }

  private func beat() async {
    guard let interval = manager.watchdog else { return }
    while await pause(interval / 2) {
      guard (try? await daemon.packets.perform { _ in }) != nil else { return }
      manager.tell(.alive)
    }
  }

  private func followStatus() async {
    var told: String?
    while await pause(statusInterval) {
      let status = await daemon.statusLine()
      if told != status { manager.tell(.status(status)) }
      told = status
    }
  }

  /// - Returns: `false` if the task is cancelled.
  private func pause(_ duration: Duration) async -> Bool {
    do { try await Task.sleep(for: duration) } catch { return false }
    return true
  }
}
