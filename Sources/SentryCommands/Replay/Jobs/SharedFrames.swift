// The frames of a replay, for several threads that all go through them in order.
//
// Overview. Frames come in blocks, each read once, by whichever thread needs it first, and looked at by all. Together with each
// frame stands what all must know of it: whose it is, and how far the clock has come. A thread takes block after block
// (`block(_:for:)`), and says when it is done with one (`finish`); when all are, its memory is used for another. If frames are to be
// written somewhere, one more thread takes the blocks that all have judged, with their judgements (`judgedBlock`).
//
// Synchronization. `ring`, held for moments only, guards the list of blocks. Who finds nothing to do there notes that it waits,
// before it lets go of the lock, and sleeps; whoever changes the list wakes all who wait, and they look again (`change`). One thread at
// a time reads, without the lock. The bytes of a block change only while nobody else holds it.

internal import Dispatch
internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryState
internal import Synchronization

/// A block of frames, and where each goes.
struct RoutedBlock: Sendable {
  /// A frame that matters to a shard.
  struct Share: Sendable {
    /// The engine's clock when the frame is judged: the latest time in the captures until then.
    var clock: Timestamp
    /// Its place in the block.
    var index: UInt32
    /// The shard judges it; it only looks whether the flow of another is its own.
    var isJudged: Bool
  }

  var frames = FrameBlock()
  /// By shard, each in the order of the frames.
  var shares: [[Share]]
  /// Of the first frame; `nil` without any.
  var firstClock: Timestamp?
  /// Which of the captures it is from.
  var file = 0

  init(shards: Int) { shares = Array(repeating: [], count: shards) }
}

final class SharedFrames: Sendable {
  /// Blocks that are in memory at once.
  private static let blockCount = 8
  /// Blocks that are read before anybody needs them, so that none waits for one: whoever comes along and finds fewer reads the next.
  private static let blocksAhead = 3

  private struct Slot: Sendable {
    var block: RoutedBlock?
    /// Shards that are done with it.
    var finished = 0
    /// By shard, what became of its frames; empty if nobody wants to know.
    var judgements: [[Judgement]] = []
  }

  private struct Ring: Sendable {
    var slots = [Slot](repeating: Slot(), count: blockCount)
    var spares: [RoutedBlock]
    /// Blocks read so far.
    var produced = 0
    var isBeingRead = false
    var isAtEnd = false
    /// What is wrong with the captures behind the last block.
    var damage: CaptureError?
    var stop: (any Error)?
    /// The latest time in all captures; `nil` without a frame.
    var lastClock: Timestamp?
    var bytesRead: Int64 = 0
    var loads: TableLoads
    /// By shard, and the last is who writes: sleeps until something changes.
    var isWaiting: [Bool]

    /// There is no block with this number, and there will be none that matters.
    func isOver(_ number: Int) -> Bool { stop != nil || isAtEnd && number >= produced }
  }

  private let shards: Int
  private let keepsJudgements: Bool
  private let ring: Mutex<Ring>
  /// In the hands of whoever reads.
  private let supply: Mutex<FrameSupply?>
  /// As `Ring.isWaiting`.
  private let alarms: [DispatchSemaphore]

  /// - Parameters:
  ///   - keepsJudgements: somebody calls `judgedBlock`.
  init(_ supply: consuming sending FrameSupply, shards: Int, keepsJudgements: Bool) {
    self.shards = shards
    self.keepsJudgements = keepsJudgements
    self.supply = Mutex(supply)
    ring = Mutex(
      Ring(
        spares: Array(repeating: RoutedBlock(shards: shards), count: Self.blockCount),
        loads: TableLoads(shards: shards),
        isWaiting: Array(repeating: false, count: shards + 1)))
    alarms = (0...shards).map { _ in DispatchSemaphore(value: 0) }
  }

  /// Changes the list, and wakes all who wait.
  private func change<Result: Sendable>(_ body: (inout Ring) -> Result) -> Result {
    let (result, waiting) = ring.withLock { ring in
      let result = body(&ring)
      let waiting = ring.isWaiting
      for who in ring.isWaiting.indices { ring.isWaiting[who] = false }
      return (result, waiting)
    }
    for (who, isWaiting) in waiting.enumerated() where isWaiting { alarms[who].signal() }
    return result
  }

  // MARK: For the shards

  private enum Step {
    case take(RoutedBlock)
    case read(RoutedBlock)
    case wait, end
  }

  /// The block with this number, counting from 0; `nil` behind the last, or when all are to stop.
  func block(_ number: Int, for shard: Int) -> RoutedBlock? {
    while true {
      switch nextStep(number, for: shard) {
      case .take(let block): return block
      case .read(let spare): read(into: spare)
      case .wait: alarms[shard].wait()
      case .end: return nil
      }
    }
  }

  private func nextStep(_ number: Int, for shard: Int) -> Step {
    ring.withLock { ring in
      if ring.isOver(number) { return .end }
      let mayRead = !ring.isBeingRead && !ring.isAtEnd && ring.produced - number < Self.blocksAhead
      if mayRead, let spare = ring.spares.popLast() {
        ring.isBeingRead = true
        return .read(spare)
      }
      if number < ring.produced, let block = ring.slots[number % Self.blockCount].block { return .take(block) }
      ring.isWaiting[shard] = true
      return .wait
    }
  }

  /// Reads the next block.
  private func read(into spare: consuming RoutedBlock) {
    var block = spare
    var damage: CaptureError?
    let (clock, bytesRead) = supply.withLock { supply in
      do throws(CaptureError) {
        try supply?.read(into: &block)
      } catch {
        damage = error
      }
      return (supply?.clock, supply?.bytesRead ?? 0)
    }
    let isEmpty = block.firstClock == nil
    change { ring in
      ring.isBeingRead = false
      ring.lastClock = clock
      ring.bytesRead = bytesRead
      ring.damage = damage
      ring.isAtEnd = isEmpty || damage != nil
      guard !isEmpty else { return }
      ring.slots[ring.produced % Self.blockCount] = Slot(
        block: block, judgements: keepsJudgements ? Array(repeating: [], count: shards) : [])
      ring.produced += 1
    }
  }

  /// A shard is done with a block; how full its tables may have been since the start.
  ///
  /// - Parameter judgements: of its frames, if they are kept.
  func finish(_ number: Int, shard: Int, _ judgements: [Judgement], _ loads: ShardLoads) {
    let (isJudged, full) = ring.withLock { ring in
      let slot = number % Self.blockCount
      if keepsJudgements { ring.slots[slot].judgements[shard] = judgements }
      ring.slots[slot].finished += 1
      ring.loads[shard] = loads
      return (ring.slots[slot].finished == shards, ring.loads.firstFull)
    }
    if let full { stop(ReplayObstacle.full(full)) }
    guard isJudged else { return }
    if keepsJudgements { change { _ in } } else { retire(number) }
  }

  /// All are to end as soon as they can, for this reason; the first counts.
  func stop(_ reason: any Error) { change { $0.stop = $0.stop ?? reason } }

  /// The memory of a block is free.
  private func retire(_ number: Int) {
    change { ring in
      guard let block = ring.slots[number % Self.blockCount].block.take() else { return }
      ring.spares.append(block)
    }
  }

  // MARK: For whoever waits

  /// The block with this number, and by shard what became of its frames; `nil` behind the last, or when all are to stop.
  func judgedBlock(_ number: Int) -> (block: RoutedBlock, judgements: [[Judgement]])? {
    while true {
      let (isOver, slot) = ring.withLock { ring -> (Bool, Slot?) in
        let slot = ring.slots[number % Self.blockCount]
        if ring.isOver(number) { return (true, nil) }
        if number < ring.produced, slot.finished == shards { return (false, slot) }
        ring.isWaiting[shards] = true
        return (false, nil)
      }
      if isOver { return nil }
      if let slot, let block = slot.block { return (block, slot.judgements) }
      alarms[shards].wait()
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

  /// What is wrong with the captures behind the last frame, once all threads are done.
  var damage: CaptureError? { ring.withLock { $0.damage } ?? damageSince }

  /// What has happened to them since they were read.
  private var damageSince: CaptureError? {
    supply.withLock { supply in
      do throws(CaptureError) {
        try supply?.checkExtents()
        return nil
      } catch {
        return error
      }
    }
  }

  /// Gives the captures back, when all threads are done.
  func takeInputs() -> CaptureInputs? {
    let supply = supply.withLock { $0.take() }
    return supply?.takeInputs()
  }
}
