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
  /// See `select`.
  private var selected: [Int] = []

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
    if !isFilled, let first = block.routes.first { fillTables(at: first.clock) }
    let before = TableLoads.Snapshot(engine.tables)
    defer { loads.note(engine.tables, since: before) }
    return judgeFrames(block)
  }

  /// Frames of this shard, and those it must look at, in the order of the block.
  private mutating func select(from block: RoutedBlock) {
    selected.removeAll(keepingCapacity: true)
    for (index, route) in block.routes.enumerated() where Int(route.shard) == shard || route.isShared {
      selected.append(index)
    }
  }

  private mutating func judgeFrames(_ block: RoutedBlock) -> [Judgement] {
    var judgements: [Judgement] = []
    let linkType = block.frames.linkType
    select(from: block)
    for place in selected.indices {
      // Its bytes, too, may still have to come from another core.
      if place + Engine.lookAhead < selected.count {
        block.frames.withFrame(at: selected[place + Engine.lookAhead]) { frame, _ in
          engine.expect(frame, linkType: linkType)
        }
      }
      let index = selected[place]
      let route = block.routes[index]
      guard Int(route.shard) == shard else {
        look(at: index, of: block, route.clock)
        continue
      }
      let judgement = block.frames.withFrame(at: index) { frame, header in
        engine.judge(frame, linkType: linkType, wireLength: header.wireLength, time: route.clock, interface: 0)
      }
      if setting.keepsJudgements { judgements.append(judgement) }
    }
    return judgements
  }

  private mutating func look(at index: Int, of block: RoutedBlock, _ clock: Timestamp) {
    let linkType = block.frames.linkType
    block.frames.withFrame(at: index) { frame, header in
      engine.look(at: frame, linkType: linkType, wireLength: header.wireLength, time: clock, interface: 0)
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
