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
  private static let stopTag: UInt64 = 0
  private static let newsTag: UInt64 = 1

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
    var poll = DescriptorPoll()
    poll.add(wake.descriptor, tag: Self.stopTag)
    poll.add(monitor.descriptor, tag: Self.newsTag)
    let clock = ContinuousClock()
    var pace = RestorePace()
    var next = clock.now
    while try waitForNews(&poll, until: next) {
      if try monitor.readNews() { next = min(next, clock.now + pace.wait(at: clock.now)) }
      guard clock.now >= next else { continue }
      let outcome = Result { () throws(NetfilterError) in try host.restore() }
      if case .success([]) = outcome {
        pace.looked(at: clock.now)
        next = clock.now + Self.longestWait
      } else {
        pace.restored(at: clock.now)
        next = clock.now + pace.wait(at: clock.now)
        // The kernel named the author before it took our transaction. What it has told since is looked at next time.
        _ = try monitor.readNews()
        report(Report(outcome, author: monitor.author))
      }
      monitor.forget()
    }
  }

  /// Ends `run`, from any thread.
  public func stop() { wake.signal() }

  /// - Returns: false if the guard is to stop.
  private func waitForNews(_ poll: inout DescriptorPoll, until next: ContinuousClock.Instant) throws(NetfilterError)
    -> Bool
  {
    let left = next - ContinuousClock().now
    let milliseconds = max(0, left.components.seconds * 1_000 + left.components.attoseconds / 1_000_000_000_000_000)
    do throws(CaptureError) {
      let count = try poll.wait(milliseconds: Int32(clamping: milliseconds + 1))
      return !(0..<count).contains { poll.tag($0) == Self.stopTag }
    } catch {
      throw .systemCall(name: "poll", code: errno)
    }
  }
}

extension RulesetGuard.Report {
  fileprivate init(_ outcome: Result<[NetfilterPart], NetfilterError>, author: RulesetAuthor?) {
    self =
      switch outcome {
      case .success(let parts): .restored(parts, author: author)
      case .failure(let error): .failed(error)
      }
  }
}
