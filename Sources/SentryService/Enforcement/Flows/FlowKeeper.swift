internal import Foundation
internal import SentryCapture
internal import SentryNetfilter
internal import Synchronization

/// Keeps the kernel's sets of flows that need no judgement, on a thread of its own: flows go there and out again in batches, and
/// what they have carried comes back once a second.
final class FlowKeeper: Sendable {
  /// Adds what flows have carried to what the packet thread has counted; by the rules of this generation.
  typealias Credit = @Sendable (FlowReading, _ generation: UInt32) -> Void

  struct Status: Sendable, Equatable {
    var counts = KernelFlows.Counts()
    /// What the kernel refused when it was last asked for something; `nil` if nothing.
    var problem: String?
  }

  private let queue: FlowQueue
  private let credit: Credit
  private let state: Mutex<State>
  private let isStopping = Mutex(false)

  private struct State: ~Copyable {
    var flows: KernelFlows
    var taken = FlowChanges()
    /// Of the rules by which flows stay.
    var generation: UInt32 = 0
    var problem: String?
  }

  /// - Throws: `.notInKernel`, `.systemCall`.
  init(_ queue: FlowQueue, credit: @escaping Credit) throws(NetfilterError) {
    self.queue = queue
    self.credit = credit
    state = Mutex(State(flows: try KernelFlows()))
  }

  var status: Status {
    state.withLock { Status(counts: $0.flows.counts, problem: $0.problem) }
  }

  // MARK: Beginning and ending

  /// The sets are in the kernel, and flows may stay by the rules of this generation.
  func begin(generation: UInt32) {
    work { state, _ throws(NetfilterError) in
      state.generation = generation
      try state.flows.begin()
    }
    queue.wake.signal()
  }

  /// Takes all flows out: the rules are about to change, or to be taken out. Whatever waits to be put in is left out; the packet
  /// thread must have stopped to tell of flows.
  func end() {
    work { state, reading throws(NetfilterError) in
      queue.takeAll(into: &state.taken)
      defer { state.flows.end() }
      try state.flows.removeAll(&reading)
    }
  }

  /// The sets were put back, and are empty: so are ours.
  func beginAnew() {
    work { state, _ throws(NetfilterError) in try state.flows.forgetAll() }
  }

  func stop() {
    isStopping.withLock { $0 = true }
    queue.wake.signal()
  }

  // MARK: Keeping

  /// Changes that come within this time go to the kernel together.
  private static let gatherMicroseconds: UInt32 = 10_000

  /// Begins to work, on a thread of its own. `report` hears of trouble, in sentences.
  func start(_ report: @escaping @Sendable (String) -> Void) {
    Thread.detachNewThread { [self] in
      Thread.current.name = "flows"
      keep(report)
    }
  }

  private func keep(_ report: (String) -> Void) {
    var poll = DescriptorPoll()
    poll.add(queue.wake.descriptor, tag: 0)
    let clock = ContinuousClock()
    var nextReading = clock.now
    var trouble = Trouble()
    while !isStopping.withLock({ $0 }) {
      let isKeeping = state.withLock { $0.flows.isKeeping }
      let isWoken = ((try? poll.wait(until: isKeeping ? nextReading : clock.now + .seconds(60))) ?? 0) > 0
      if isWoken { usleep(Self.gatherMicroseconds) }
      work { state, reading throws(NetfilterError) in
        queue.takeAll(into: &state.taken)
        if state.problem != nil { try state.flows.forgetAll() }
        try state.flows.apply(state.taken.all, &reading)
        guard clock.now >= nextReading else { return }
        nextReading = clock.now + .seconds(1)
        try state.flows.read(&reading)
      }
      if let sentence = trouble.sentence(about: state.withLock { $0.problem }) { report(sentence) }
    }
  }

  /// Works on the sets, and passes on what their flows have carried. After a refusal nothing is known of them: they are emptied.
  private func work(_ body: (inout State, inout FlowReading) throws(NetfilterError) -> Void) {
    var reading = FlowReading()
    let generation = state.withLock { state in
      do throws(NetfilterError) {
        try body(&state, &reading)
        state.problem = nil
      } catch {
        state.problem = state.flows.isKeeping ? "\(error)" : nil
        // If even that fails, entries go by themselves.
        try? state.flows.forgetAll()
      }
      return state.generation
    }
    if !reading.isEmpty { credit(reading, generation) }
  }
}

/// Tells when trouble begins and when it is over. What is over at once, as when somebody flushes our table, is nobody's trouble.
private struct Trouble {
  private var failures = 0

  mutating func sentence(about problem: String?) -> String? {
    guard let problem else {
      defer { failures = 0 }
      return failures > 1 ? "flows that need no judgement stay in the kernel again" : nil
    }
    failures += 1
    return failures == 2 ? "all packets are judged one by one: \(problem)" : nil
  }
}
