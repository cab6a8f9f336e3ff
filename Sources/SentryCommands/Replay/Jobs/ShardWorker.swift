internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// Judges the frames of one shard: one of several threads that go through the same blocks.
struct ShardWorker: ~Copyable {
  /// What all workers have in common.
  struct Setting: Sendable {
    var rules: LoadedRules
    var labels: RuleLabels
    var interface: EngineInterface
    var local: AddressSpans
    /// What the tables hold from the first frame's time on.
    var triggers: AddressList
    var router: ShardRouter
    /// What becomes of each frame is to be written down.
    var keepsJudgements: Bool
  }

  private let shard: Int
  private let setting: Setting
  private var engine: Engine
  private var loads = ShardLoads()
  private var isFilled = false

  init(shard: Int, _ setting: Setting) {
    self.shard = shard
    self.setting = setting
    engine = Engine(
      rules: setting.rules, interfaces: [setting.interface], local: setting.local, eventCapacity: 0)
    engine.becomeShard(among: Int(setting.router.shards))
  }

  /// Goes through all blocks to the end, or until somebody stops.
  mutating func run(_ frames: SharedFrames) {
    var number = 0
    while let judgements = judgeBlock(number, of: frames) {
      frames.finish(number, shard: shard, judgements, loads)
      if let breach = engine.breach { return frames.stop(ReplayObstacle.breach(breach)) }
      number += 1
    }
    if let clock = frames.lastClock { engine.advance(to: clock) }
  }

  /// - Returns: what became of this shard's frames, if anybody wants to know; `nil` behind the last block.
  private mutating func judgeBlock(_ number: Int, of frames: SharedFrames) -> [Judgement]? {
    guard let block = frames.block(number, for: shard) else { return nil }
    if !isFilled, let first = block.firstClock { fillTables(at: first) }
    let before = TableLoads.Snapshot(engine.tables)
    defer { loads.note(engine.tables, since: before) }
    return judgeFrames(block)
  }

  private mutating func judgeFrames(_ block: RoutedBlock) -> [Judgement] {
    var judgements: [Judgement] = []
    let linkType = block.frames.linkType
    let shares = block.shares[shard]
    for place in shares.indices {
      expect(place, shares, block.frames)
      let share = shares[place]
      block.frames.withFrame(at: Int(share.index)) { frame, header in
        guard share.isJudged else {
          return engine.look(
            at: frame, linkType: linkType, wireLength: header.wireLength, time: share.clock, interface: 0)
        }
        let judgement = engine.judge(
          frame, linkType: linkType, wireLength: header.wireLength, time: share.clock, interface: 0)
        if setting.keepsJudgements { judgements.append(judgement) }
      }
    }
    return judgements
  }

  /// Frames after the one at a place in `shares`: their bytes may have to come from another core, and then what is known of their
  /// flows from memory.
  @inline(__always)
  private mutating func expect(_ place: Int, _ shares: [RoutedBlock.Share], _ frames: FrameBlock) {
    let (known, fetched) = (place + Engine.lookAhead, place + 2 * Engine.lookAhead)
    if fetched < shares.count {
      frames.withFrame(at: Int(shares[fetched].index)) { frame, _ in frame.fetchHeaders() }
    }
    if known < shares.count {
      frames.withFrame(at: Int(shares[known].index)) { frame, _ in engine.expect(frame, linkType: frames.linkType) }
    }
  }

  /// Every shard has all entries of the list: whose they are, `outcome` asks.
  private mutating func fillTables(at time: Timestamp) {
    isFilled = true
    engine.add(setting.triggers, labels: setting.labels, at: time)
    loads = ShardLoads(engine.tables)
  }

  /// What this shard adds to the report: of the tables what is its own, and what is several shards'.
  var outcome: ReplayOutcome {
    var outcome = ReplayOutcome(engine)
    for table in outcome.entries.indices {
      outcome.entries[table].removeAll { entry in
        setting.router.owner(of: entry.range).map { Int($0) != shard } ?? false
      }
    }
    return outcome
  }
}
