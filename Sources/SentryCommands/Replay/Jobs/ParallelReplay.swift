internal import Dispatch
internal import Foundation
internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryState
internal import Synchronization

/// A replay on several cores: as many threads judge the packets, each those of some addresses (`ShardRouter`), and go through the
/// frames together (`SharedFrames`). This thread writes down what is to be written, in the order of the frames.
struct ParallelReplay {
  /// What came of it.
  enum Ending: ~Copyable {
    case finished(ReplayOutcome, damage: CaptureError?)
    /// It must be done again, on one core.
    case stopped(ReplayObstacle, CaptureInputs)
  }

  private let jobs: Int
  private let setting: ShardWorker.Setting
  private let threads = Threads()
  /// Reading, decoding, judging, whether or not it came to anything.
  private(set) var elapsed = Duration.zero

  /// - Parameter jobs: threads that judge packets.
  init(jobs: Int, _ setting: ShardWorker.Setting) {
    self.jobs = jobs
    self.setting = setting
  }

  /// Where the threads meet.
  private final class Threads: Sendable {
    let ready = DispatchSemaphore(value: 0)
    let begin = DispatchSemaphore(value: 0)
    let judged = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    let outcome = Mutex<ReplayOutcome?>(nil)

    /// In any order: what the shards have found does not overlap, or adds up.
    func add(_ other: ReplayOutcome) {
      outcome.withLock { outcome in
        if outcome == nil { outcome = other } else { outcome?.add(other) }
      }
    }
  }

  /// Judges every frame of the captures.
  mutating func run(
    _ inputs: consuming sending CaptureInputs, _ outputs: inout ReplayOutputs, progress: inout ProgressBar
  ) throws -> Ending {
    let names = inputs.count > 1 ? (0..<inputs.count).map { inputs.name(of: $0) } : []
    let frames = SharedFrames(
      FrameSupply(inputs, router: setting.router), shards: jobs, keepsJudgements: setting.keepsJudgements)
    for shard in 0..<jobs { start(shard, frames) }
    for _ in 0..<jobs { threads.ready.wait() }
    let started = ContinuousClock.now
    for _ in 0..<jobs { threads.begin.signal() }
    if setting.keepsJudgements { write(frames, names, &outputs, &progress) }
    for _ in 0..<jobs { wait(for: threads.judged, frames, &progress) }
    elapsed = ContinuousClock.now - started
    for _ in 0..<jobs { threads.done.wait() }
    switch frames.stopReason {
    case let obstacle as ReplayObstacle:
      guard let inputs = frames.takeInputs() else { throw obstacle }
      return .stopped(obstacle, inputs)
    case .some(let failure): throw failure
    case .none:
      let outcome = threads.outcome.withLock { $0 } ?? ReplayOutcome()
      return .finished(outcome, damage: frames.damage)
    }
  }

  private func start(_ shard: Int, _ frames: SharedFrames) {
    Thread.detachNewThread { [setting, threads] in
      Thread.current.name = "replay \(shard)"
      var worker = ShardWorker(shard: shard, setting)
      threads.ready.signal()
      threads.begin.wait()
      worker.run(frames)
      threads.judged.signal()
      threads.add(worker.outcome)
      threads.done.signal()
    }
  }

  /// Writes down what became of the frames, block by block as they are judged.
  private func write(
    _ frames: SharedFrames, _ names: [String], _ outputs: inout ReplayOutputs, _ progress: inout ProgressBar
  ) {
    var number = 0
    while let (block, judgements) = frames.judgedBlock(number) {
      if names.indices.contains(block.file) { outputs.nameFile(names[block.file]) }
      do {
        try write(block, judgements, &outputs)
      } catch {
        return frames.stop(error)
      }
      frames.finishWriting(number)
      progress.update(bytesIntoFile: frames.bytesRead)
      number += 1
    }
  }

  private func write(
    _ block: RoutedBlock, _ judgements: [[Judgement]], _ outputs: inout ReplayOutputs
  ) throws(CommandFailure) {
    var byFrame = [Judgement?](repeating: nil, count: block.frames.count)
    for (shares, judgements) in zip(block.shares, judgements) {
      for (share, judgement) in zip(shares.lazy.filter(\.isJudged), judgements) {
        byFrame[Int(share.index)] = judgement
      }
    }
    for (index, judgement) in byFrame.enumerated() {
      guard let judgement else { continue }
      try block.frames.withFrame(at: index) { frame, header throws(CommandFailure) in
        try outputs.write(judgement, frame, header)
      }
    }
  }

  /// Waits for one of the threads, while the bar goes on.
  private func wait(for semaphore: DispatchSemaphore, _ frames: SharedFrames, _ progress: inout ProgressBar) {
    while semaphore.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
      progress.update(bytesIntoFile: frames.bytesRead)
    }
  }
}
