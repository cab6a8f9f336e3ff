internal import Glibc
internal import SentryCapture
internal import Synchronization

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
  private let orders = Mutex(Orders())

  private struct Orders {
    var isStopping = false
    /// Something may have happened that nobody was told of.
    var isToLook = false
    /// Of the monitor, while there is one.
    var hearing: Int32?
  }

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
    var poll = DescriptorPoll()
    poll.add(wake.descriptor, tag: 0)
    poll.add(monitor.descriptor, tag: 1)
    orders.withLock { $0.hearing = monitor.descriptor }
    defer { withExtendedLifetime(monitor) { orders.withLock { $0.hearing = nil } } }
    let clock = ContinuousClock()
    var pace = RestorePace()
    var next = clock.now
    var wasUnheard = false
    while try waitForNews(&poll, until: next) {
      wasUnheard = takeLook() || wasUnheard
      if try monitor.readNews() || wasUnheard { next = min(next, clock.now + pace.wait(at: clock.now)) }
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
        // Of what was not heard, we would be the author.
        let author = monitor.author.flatMap { $0.isThisProcess ? nil : $0 }
        report(Report(outcome, author: wasUnheard ? nil : author))
      }
      monitor.forget()
      wasUnheard = false
    }
  }

  /// Ends `run`, from any thread.
  public func stop() {
    orders.withLock { $0.isStopping = true }
    wake.signal()
  }

  /// Hears of nothing while `body` runs, and has a look then: as long as anybody listens the kernel tells of each entry of a set
  /// that comes or goes, which is a quarter of the work of putting in many.
  public func unheard<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) {
    hear(false)
    defer {
      hear(true)
      orders.withLock { $0.isToLook = true }
      wake.signal()
    }
    try body()
  }

  private func hear(_ isWanted: Bool) {
    orders.withLock { orders in
      if let hearing = orders.hearing { NetlinkSocket.hearOfNftables(isWanted, hearing) }
    }
  }

  private func takeLook() -> Bool {
    wake.clear()
    return orders.withLock { orders in
      defer { orders.isToLook = false }
      return orders.isToLook
    }
  }

  /// - Returns: false if the guard is to stop.
  private func waitForNews(_ poll: inout DescriptorPoll, until next: ContinuousClock.Instant) throws(NetfilterError)
    -> Bool
  {
    do throws(CaptureError) {
      _ = try poll.wait(until: next)
      return orders.withLock { !$0.isStopping }
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
