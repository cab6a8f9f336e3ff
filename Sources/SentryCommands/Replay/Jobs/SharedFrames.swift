// The frames of a replay, for several threads that all go through them in order.
//
// Overview. Frames come in blocks, each read once, by whichever thread needs it first, and looked at by all. Together with each
// frame stands what all must know of it: whose it is, and how far the clock has come. A thread takes block after block
// (`block(_:)`), and says when it is done with one (`finish`); when all are, its memory is used for another. If frames are to be
// written somewhere, one more thread takes the blocks that all have judged, with their judgements (`judgedBlock`).
//
// Synchronization. `supply` is held by the thread that reads; others that need the same block wait there. `ring`, for moments only,
// guards the list of blocks; it may be taken while `supply` is held, never the other way round. Who is far ahead waits for `room`
// while it holds `supply`: nobody else needs a block that is not there then, because all blocks that are read are still to be
// finished by somebody. The bytes of a block change only while nobody else holds it.

internal import Dispatch
internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryState
internal import Synchronization

/// A block of frames, and where each goes.
struct RoutedBlock: Sendable {
  struct Route: Sendable {
    /// The engine's clock when the frame is judged: the latest time in the captures until then.
    var clock: Timestamp
    var shard: UInt16
    /// See `ShardRouter.Route`.
    var isShared: Bool
  }

  var frames = FrameBlock()
  /// As many as there are frames.
  var routes: [Route] = []
  /// Which of the captures it is from.
  var file = 0
}

final class SharedFrames: Sendable {
  /// Blocks that are in memory at once.
  private static let blockCount = 8

  private struct Slot: Sendable {
    var block: RoutedBlock?
    /// Shards that are done with it.
    var finished = 0
    /// By shard, what became of its frames; empty if nobody wants to know.
    var judgements: [[Judgement]] = []
  }

  private struct Ring: Sendable {
    var slots = [Slot](repeating: Slot(), count: blockCount)
    var spares = [RoutedBlock](repeating: RoutedBlock(), count: blockCount)
    var produced = 0
    var isAtEnd = false
    /// What is wrong with the captures behind the last block.
    var damage: CaptureError?
    var stop: (any Error)?
    /// The latest time in all captures; `nil` without a frame.
    var lastClock: Timestamp?
    var bytesRead: Int64 = 0
    var loads: TableLoads
  }

  private let shards: Int
  private let keepsJudgements: Bool
  private let supply: Mutex<FrameSupply?>
  private let ring: Mutex<Ring>
  private let room = DispatchSemaphore(value: blockCount)
  private let judged = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - keepsJudgements: somebody calls `judgedBlock`.
  init(_ supply: consuming sending FrameSupply, shards: Int, keepsJudgements: Bool) {
    self.shards = shards
    self.keepsJudgements = keepsJudgements
    self.supply = Mutex(supply)
    ring = Mutex(Ring(loads: TableLoads(shards: shards)))
  }

  // MARK: For the shards

  /// The block with this number, counting from 0; `nil` behind the last, or when all are to stop.
  func block(_ number: Int) -> RoutedBlock? {
    while true {
      let (isOver, block) = ring.withLock { ring in
        (ring.stop != nil || ring.isAtEnd && number >= ring.produced,
          number < ring.produced ? ring.slots[number % Self.blockCount].block : nil)
      }
      if isOver { return nil }
      if let block { return block }
      read(upTo: number)
    }
  }

  /// Reads block `number`, if nobody else has done so meanwhile.
  private func read(upTo number: Int) {
    supply.withLock { supply in
      guard ring.withLock({ $0.stop == nil && !$0.isAtEnd && $0.produced <= number }) else { return }
      room.wait()
      guard var block = ring.withLock({ $0.stop == nil ? $0.spares.popLast() : nil }) else { return }
      var damage: CaptureError?
      do throws(CaptureError) {
        try supply?.read(into: &block)
      } catch {
        damage = error
      }
      let (clock, bytesRead) = (supply?.clock, supply?.bytesRead ?? 0)
      ring.withLock { ring in
        ring.lastClock = clock
        ring.bytesRead = bytesRead
        if block.routes.isEmpty {
          ring.isAtEnd = true
        } else {
          ring.slots[ring.produced % Self.blockCount] = Slot(
            block: block, judgements: keepsJudgements ? Array(repeating: [], count: shards) : [])
          ring.produced += 1
        }
        if let damage { (ring.damage, ring.isAtEnd) = (damage, true) }
      }
      if ring.withLock({ $0.isAtEnd }) { wakeAll() }
    }
  }

  /// A shard is done with a block; how full its tables may have been since the start.
  ///
  /// - Parameter judgements: of its frames, if they are kept.
  func finish(_ number: Int, shard: Int, _ judgements: [Judgement], _ loads: ShardLoads) {
    let (isJudged, isFull) = ring.withLock { ring in
      let slot = number % Self.blockCount
      if keepsJudgements { ring.slots[slot].judgements[shard] = judgements }
      ring.slots[slot].finished += 1
      ring.loads[shard] = loads
      return (ring.slots[slot].finished == shards, ring.loads.firstFull)
    }
    if let table = isFull { stop(ReplayObstacle.full(table)) }
    guard isJudged else { return }
    if keepsJudgements { judged.signal() } else { retire(number) }
  }

  /// All are to end as soon as they can, for this reason; the first counts.
  func stop(_ reason: any Error) {
    ring.withLock { $0.stop = $0.stop ?? reason }
    wakeAll()
  }

  /// Nobody waits for what will not come.
  private func wakeAll() {
    room.signal()
    judged.signal()
  }

  /// The memory of a block is free.
  private func retire(_ number: Int) {
    ring.withLock { ring in
      guard let block = ring.slots[number % Self.blockCount].block.take() else { return }
      ring.spares.append(block)
    }
    room.signal()
  }

  // MARK: For whoever waits

  /// The block with this number, and by shard what became of its frames; `nil` behind the last, or when all are to stop.
  func judgedBlock(_ number: Int) -> (block: RoutedBlock, judgements: [[Judgement]])? {
    while true {
      let (isOver, slot) = ring.withLock { ring in
        let slot = ring.slots[number % Self.blockCount]
        return (
          ring.stop != nil || ring.isAtEnd && number >= ring.produced,
          number < ring.produced && slot.finished == shards ? slot : nil
        )
      }
      if isOver { return nil }
      if let slot, let block = slot.block { return (block, slot.judgements) }
      judged.wait()
    }
  }

  /// What `judgedBlock` gave has been written.
  func finishWriting(_ number: Int) { retire(number) }

  /// Bytes read so far.
  var bytesRead: Int64 { ring.withLock { $0.bytesRead } }

  /// The latest time in all captures, once all blocks have been given out; `nil` without a frame.
  var lastClock: Timestamp? { ring.withLock { $0.lastClock } }

  /// Why all were to stop; `nil` if they have come to the end.
  var stopReason: (any Error)? { ring.withLock { $0.stop } }

  /// What is wrong with the captures behind the last frame.
  var damage: CaptureError? { ring.withLock { $0.damage } }

  /// Gives the captures back, when all threads are done.
  func takeInputs() -> CaptureInputs? {
    let supply = supply.withLock { $0.take() }
    return supply?.takeInputs()
  }
}
