internal import SentryEngine
internal import SentryState
internal import Synchronization

/// Asks for all that is new of connections, in steps between which packets are judged.
///
/// Connections that have ended come first, as many as there are; then the table is gone through from slot to slot.
struct TrafficPass {
  /// Slots looked at, or ended connections taken, in one step: a tenth of a millisecond where all have changed.
  private static let slotsPerStep = 1_024
  /// Steps that bring ended connections only, where ever more are ending: then the rest of the pass has to wait for the next.
  private static let departureSteps = 256

  private struct Step: Sendable {
    var hasLookedAtSlots: Bool
    var usedSlots: Int
    /// Programs that were not known before.
    var applications: ApplicationBook.Addition
  }

  private let window = Window(capacity: 2 * TrafficPass.slotsPerStep)

  /// - Parameters:
  ///   - known: the number of the latest program that is known.
  ///   - isLast: nobody will ask again: all connections, as unfinished.
  ///   - body: is given what a step has found, with the programs that were not known before.
  func run(
    _ packets: PacketThread, knowing known: UInt32, isLast: Bool, isolation: isolated (any Actor)? = #isolation,
    _ body: ([FlowProgress], ApplicationBook.Addition) -> Void
  ) async throws(PacketThreadStopped) {
    var (slot, known) = (0, known)
    var stepsLeft = Self.departureSteps
    while stepsLeft > 0 {
      let slots = slot..<slot + Self.slotsPerStep
      let step = try await packets.perform { [window, known] worker in
        let hasLooked = window.fill {
          worker.takeTraffic(of: slots, limit: Self.slotsPerStep, isLast: isLast, into: &$0)
        }
        return Step(
          hasLookedAtSlots: hasLooked, usedSlots: worker.engine.tables.connections.usedSlots,
          applications: worker.applications.additions(after: known))
      }
      known = step.applications.last
      body(window.take(), step.applications)
      if step.hasLookedAtSlots {
        slot = slots.upperBound
        if slot >= step.usedSlots { return }
      } else {
        stepsLeft -= 1
      }
    }
  }
}

/// Room for what one step finds, taken once, so that the packet thread need not.
private final class Window: Sendable {
  private let found = Mutex<[FlowProgress]>([])

  init(capacity: Int) { found.withLock { $0.reserveCapacity(capacity) } }

  /// On the packet thread.
  func fill(_ body: (inout [FlowProgress]) -> Bool) -> Bool { found.withLock { body(&$0) } }

  func take() -> [FlowProgress] {
    found.withLock { found in
      defer { found.removeAll(keepingCapacity: true) }
      return Array(found[...])
    }
  }
}
