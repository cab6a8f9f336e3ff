internal import Foundation
internal import SentryCapture
internal import SentryEngine
internal import SentryPacket

/// The one thread that captures and judges packets, seen from outside: start it, ask it, stop it.
final class PacketThread: Sendable {
  /// What the thread has to tell.
  let events: EventQueue
  /// What changes in the tables that the kernel has a copy of.
  let changes: ChangeQueue
  /// What happens to flows that may stay in the kernel.
  let flows: FlowQueue
  /// What it has to tell of programs.
  let applications = ApplicationQueue()
  private let mailbox: Mailbox

  private init(events: EventQueue, changes: ChangeQueue, flows: FlowQueue, mailbox: Mailbox) {
    self.events = events
    self.changes = changes
    self.flows = flows
    self.mailbox = mailbox
  }

  /// Opens the interfaces or the queue and starts judging.
  ///
  /// - Returns: the thread at work.
  /// - Throws: what kept the first that failed from being opened; nothing runs then.
  static func start(
    rules: LoadedRules, interfaces: [EngineInterface], local: AddressSpans, protected: AddressSpans,
    restored: RestoredState = RestoredState(), intake: PacketIntake
  ) async throws(CaptureError) -> PacketThread {
    let thread = PacketThread(
      events: EventQueue(), changes: try ChangeQueue(), flows: try FlowQueue(), mailbox: try Mailbox())
    let outcome: Result<Void, CaptureError> = await withCheckedContinuation { continuation in
      Thread.detachNewThread { [events = thread.events, mailbox = thread.mailbox] in
        Thread.current.name = "packets"
        do throws(CaptureError) {
          var worker = try PacketWorker(
            rules: rules, interfaces: interfaces, local: local, protected: protected, restored: restored,
            intake: intake, mailbox: mailbox, events: events, changes: thread.changes, flows: thread.flows,
            applications: thread.applications)
          continuation.resume(returning: .success(()))
          worker.run()
        } catch {
          continuation.resume(returning: .failure(error))
        }
        events.finish()
        thread.applications.finish()
      }
    }
    try outcome.get()
    return thread
  }

  /// Runs `work` on the packet thread between two batches and returns what it copied out.
  ///
  /// Requests run in the order they are posted; an actor that calls this twice has its calls run in that order.
  ///
  /// - Returns: what `work` returned.
  /// - Throws: `PacketThreadStopped`; `work` has not run then.
  func perform<Value: Sendable>(
    isolation: isolated (any Actor)? = #isolation, _ work: @escaping @Sendable (inout PacketWorker) -> Value
  ) async throws(PacketThreadStopped) -> Value {
    let value: Value? = await withCheckedContinuation { continuation in
      let isPosted = mailbox.post { worker in continuation.resume(returning: work(&worker)) }
      if !isPosted { continuation.resume(returning: nil) }
    }
    guard let value else { throw PacketThreadStopped() }
    return value
  }

  /// Has `work` run on the packet thread between two batches, some time soon; without effect once that has stopped.
  func post(_ work: @escaping @Sendable (inout PacketWorker) -> Void) { _ = mailbox.post(work) }

  /// Waits until everything in the kernel queue has its verdict, and no packet is held back any more; for a second at most. Nothing
  /// may feed the queue meanwhile.
  func emptyQueue() {
    let isEmpty = DispatchSemaphore(value: 0)
    let isPosted = mailbox.post { worker in
      worker.emptyQueue()
      isEmpty.signal()
    }
    if isPosted { _ = isEmpty.wait(timeout: .now() + .seconds(1)) }
  }

  /// Ends the thread after the batch it works on. Requests posted before are still carried out.
  func stop() async {
    try? await perform { $0.stop() }
  }
}

/// A request came after the packet thread had stopped.
struct PacketThreadStopped: Error {}
