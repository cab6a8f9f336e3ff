internal import Glibc
internal import SentryCapture

/// Sees to it that our part of the kernel's packet filter stays as it was installed.
///
/// It puts back what others take out, and touches nothing of theirs. Somebody who does it in a loop is answered at most
/// four times a second, then ever more slowly.
public final class RulesetGuard: Sendable {
  public enum Report: Sendable, Equatable {
    /// These parts were gone or changed, and stand again as they should.
    case restored([NetfilterPart], author: RulesetAuthor?)
    /// It could not be put back; it will be tried again.
    case failed(NetfilterError)
  }

  private let host: NetfilterHost
  private let wake: WakeDescriptor

  /// Between two looks of its own, for changes that nobody is told of.
  private static let longestWait = Duration.seconds(10)

  /// - Throws: `.systemCall`.
  public init(_ host: NetfilterHost) throws(NetfilterError) {
    self.host = host
    do { wake = try WakeDescriptor() } catch { throw .systemCall(name: "eventfd", code: errno) }
  }

  /// Watches until `stop`, on the calling thread, which must live in the host's network namespace.
  ///
  /// - Throws: `.notInKernel`, `.notPermitted`, `.systemCall` if it cannot watch.
  public func run(_ report: (Report) -> Void) throws(NetfilterError) {
    var monitor = try RulesetMonitor()
    let clock = ContinuousClock()
    var pace = RestorePace()
    var author: RulesetAuthor?
    var next = clock.now
    while true {
      guard try waitForNews(monitor.descriptor, until: next) else { return }
      switch try monitor.takeNews() {
      case .change(let who):
        author = who ?? author
        next = min(next, clock.now + pace.wait(at: clock.now))
      case .overrun: next = min(next, clock.now + pace.wait(at: clock.now))
      case nil: break
      }
      guard clock.now >= next else { continue }
      switch look(author, report) {
      case .intact:
        next = clock.now + Self.longestWait
      case .restored:
        pace.restored(at: clock.now)
        next = clock.now + Self.longestWait
      case .failed:
        pace.restored(at: clock.now)
        next = clock.now + pace.wait(at: clock.now)
      }
      author = nil
    }
  }

  /// Ends `run`, from any thread.
  public func stop() { wake.signal() }

  private enum Look {
    case intact, restored, failed
  }

  private func look(_ author: RulesetAuthor?, _ report: (Report) -> Void) -> Look {
    do throws(NetfilterError) {
      let parts = try host.restore()
      guard !parts.isEmpty else { return .intact }
      report(.restored(parts, author: author))
      return .restored
    } catch {
      report(.failed(error))
      return .failed
    }
  }

  /// - Returns: false if the guard is to stop.
  private func waitForNews(_ descriptor: Int32, until next: ContinuousClock.Instant) throws(NetfilterError) -> Bool {
    let left = next - ContinuousClock().now
    let milliseconds = max(0, left.components.seconds * 1_000 + left.components.attoseconds / 1_000_000_000_000_000)
    var waiting = [
      pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    // Safe: as many entries as the count says.
    let count = unsafe poll(&waiting, nfds_t(waiting.count), Int32(clamping: milliseconds + 1))
    guard count >= 0 || errno == EINTR else { throw .systemCall(name: "poll", code: errno) }
    return count <= 0 || waiting[0].revents == 0
  }
}
