internal import DequeModule
internal import SentryCapture
internal import SentryEngine
internal import SentryPacket

/// The kernel queue as the packet thread sees it: what waits there, what is held back there, and what becomes of it.
final class QueueSource {
  /// Packets taken before others get their turn.
  private static let batch = 512

  private let queue: KernelQueue
  private let isDryRun: Bool
  /// The system's indexes of the engine's interfaces, by their position; 0 for one the system does not have now.
  private var interfaceIndexes: [UInt32]
  /// What `Delay` holds, oldest first.
  private var held: Deque<HeldPacket> = []

  private struct HeldPacket {
    var identifier: UInt32
    var arrival: Timestamp
  }

  init(_ intake: QueueIntake, interfaceIndexes: [UInt32]) throws(CaptureError) {
    queue = try KernelQueue(intake.options)
    isDryRun = intake.isDryRun
    self.interfaceIndexes = interfaceIndexes
    held.reserveCapacity(1_024)
  }

  var descriptor: Int32 { queue.selectableDescriptor }

  func setInterfaceIndexes(_ indexes: [UInt32]) { interfaceIndexes = indexes }

  /// Hands waiting packets to `judge` and carries out what it decides.
  func dispatch(now: Timestamp, _ judge: (RawSpan, QueuedPacket, PacketOrigin) -> Judgement) throws(CaptureError) {
    _ = try queue.dispatch(maximum: Self.batch) { bytes, packet in
      let origin = PacketOrigin(
        interface: position(of: packet.interfaceIndex), direction: packet.direction, sourceMAC: packet.sourceMAC)
      carryOut(judge(bytes, packet, origin), on: packet, now: now)
    }
  }

  /// Past the last for an interface the engine does not know.
  private func position(of index: UInt32) -> Int {
    interfaceIndexes.firstIndex(of: index) ?? interfaceIndexes.count
  }

  private func carryOut(_ judgement: Judgement, on packet: QueuedPacket, now: Timestamp) {
    guard !isDryRun else { return queue.verdicts.accept(packet.identifier) }
    switch judgement.verdict {
    case .pass, .routeTo:
      queue.verdicts.accept(packet.identifier)
    case .delete, .reject, .dropConnection:
      queue.verdicts.drop(packet.identifier)
    case .delay:
      queue.verdicts.hold(packet.identifier)
      held.append(HeldPacket(identifier: packet.identifier, arrival: now))
    }
  }

  // MARK: Held packets

  /// How long from `now` until the next packet is due; `nil` if none is held.
  func nanosecondsToRelease(now: Timestamp, delay: Int64) -> Int64? {
    held.first.map { max(0, $0.arrival.nanoseconds + delay - now.nanoseconds) }
  }

  /// Lets go of what was held for `delay` nanoseconds.
  func release(now: Timestamp, delay: Int64) {
    guard let oldest = held.first, now.nanoseconds - oldest.arrival.nanoseconds >= delay else { return }
    while let packet = held.first, now.nanoseconds - packet.arrival.nanoseconds >= delay {
      queue.verdicts.release(packet.identifier)
      held.removeFirst()
    }
    queue.verdicts.flush()
  }

  /// Lets go of everything at once, in order.
  func releaseAll() {
    for packet in held { queue.verdicts.release(packet.identifier) }
    held.removeAll(keepingCapacity: true)
    queue.verdicts.flush()
  }

  // MARK: Counts

  func snapshot() -> QueueSnapshot {
    QueueSnapshot(
      number: queue.number, held: held.count, statistics: QueueStatistics.current(ofQueue: queue.number),
      overruns: queue.overruns, refusals: queue.refusals &+ queue.verdicts.failedSends)
  }
}

/// How the kernel queue is doing.
struct QueueSnapshot: Sendable {
  var number: UInt16
  /// Packets `Delay` holds.
  var held: Int
  /// `nil` where the system does not tell.
  var statistics: QueueStatistics?
  /// How often the kernel had no room to hand packets over.
  var overruns: UInt64
  /// Decisions the kernel did not take.
  var refusals: UInt64
}
