internal import Glibc
internal import SentryCapture
public import SentryPacket
internal import Synchronization

/// Keeps the ways to the next hops that rules name: one that the kernel or somebody has taken out is put back, and one that was not
/// possible is tried again whenever links, addresses or routes change.
public final class RouteGuard: Sendable {
  /// How the way to one next hop is doing.
  public struct State: Sendable, Equatable {
    public var hop: IPAddress
    /// Why packets for it take their normal way, as the system says it; `nil` while there is a way.
    public var problem: String?
    /// How often it was put back.
    public var restorations = 0
    fileprivate var hasStood = false
  }

  private let routes = PolicyRoutes()
  /// By their places.
  private let ways = Mutex<[State]>([])
  private let wake: WakeDescriptor

  /// After news, those that follow at once are waited for.
  private static let gathering = Duration.milliseconds(50)
  /// Between two looks of its own: while there is no way to one of them, and otherwise.
  private static let retryInterval = Duration.seconds(5)
  private static let longestWait = Duration.seconds(60)
  private static let stopTag: UInt64 = 0
  private static let newsTag: UInt64 = 1

  /// - Throws: `.systemCall`.
  public init() throws(NetfilterError) {
    do { wake = try WakeDescriptor() } catch { throw .systemCall(name: "eventfd", code: errno) }
  }

  /// How the ways are doing, by their places.
  public var states: [State] { ways.withLock { $0 } }

  // MARK: Changing

  /// Makes these the next hops; their places number the marks (`PolicyRoutes.mark`). Ways that stand are not touched.
  ///
  /// - Returns: how they are doing.
  /// - Throws: `.noProgram` if there are next hops but no `ip`, `.systemCall`.
  public func keep(_ hops: [IPAddress]) throws(NetfilterError) -> [State] {
    try ways.withLock { ways throws(NetfilterError) in
      let before = ways
      ways = hops.map { hop in before.first { $0.hop == hop } ?? State(hop: hop) }
      let restorations = ways.map(\.restorations)
      try look(at: &ways)
      // Another place is no damage.
      for (place, count) in restorations.enumerated() { ways[place].restorations = count }
      return ways
    }
  }

  /// Takes out all ways, also what another run has left. Doing it twice is harmless.
  public func remove() throws(NetfilterError) {
    try ways.withLock { ways throws(NetfilterError) in
      ways = []
      try routes.remove()
    }
  }

  // MARK: Watching

  /// Watches until `stop`, on the calling thread, which must live in the host's network namespace. `report` hears of each next hop
  /// that is lost or found again, and of each that was put back.
  ///
  /// - Throws: `.systemCall` if it cannot watch.
  public func run(_ report: (State) -> Void) throws(NetfilterError) {
    let monitor = try RouteMonitor()
    var poll = DescriptorPoll()
    poll.add(wake.descriptor, tag: Self.stopTag)
    poll.add(monitor.descriptor, tag: Self.newsTag)
    let clock = ContinuousClock()
    var pace = RestorePace()
    var next = clock.now + Self.longestWait
    while try waitForNews(&poll, until: next) {
      if monitor.readNews() { next = min(next, clock.now + max(Self.gathering, pace.wait(at: clock.now))) }
      guard clock.now >= next else { continue }
      let (before, after) = lookAgain()
      let changed = zip(before, after).filter { $0 != $1 }.map(\.1)
      if changed.isEmpty { pace.looked(at: clock.now) } else { pace.restored(at: clock.now) }
      changed.forEach(report)
      next = clock.now + (after.contains { $0.problem != nil } ? Self.retryInterval : Self.longestWait)
    }
  }

  /// Ends `run`, from any thread.
  public func stop() { wake.signal() }

  /// - Returns: how the ways were doing, and how they are now.
  private func lookAgain() -> (before: [State], after: [State]) {
    ways.withLock { ways in
      let before = ways
      // What fails in itself, not for a next hop, is tried again like the rest.
      if !ways.isEmpty { try? look(at: &ways) }
      return (before, ways)
    }
  }

  private func look(at ways: inout [State]) throws(NetfilterError) {
    for (place, outcome) in try routes.keep(ways.map(\.hop)).enumerated() {
      switch outcome {
      case .impossible(let reason):
        ways[place].problem = reason
      case .stood, .made:
        if outcome == .made, ways[place].hasStood { ways[place].restorations += 1 }
        ways[place].problem = nil
        ways[place].hasStood = true
      }
    }
  }

  /// - Returns: false if the guard is to stop.
  private func waitForNews(_ poll: inout DescriptorPoll, until next: ContinuousClock.Instant) throws(NetfilterError)
    -> Bool
  {
    do throws(CaptureError) {
      let count = try poll.wait(until: next)
      return !(0..<count).contains { poll.tag($0) == Self.stopTag }
    } catch {
      throw .systemCall(name: "poll", code: errno)
    }
  }
}
