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
    engine.becomeShard()
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
    return setting.keepsJudgements ? judgeAndKeep(block) : judgeOnly(block)
  }

  private mutating func judgeOnly(_ block: RoutedBlock) -> [Judgement] {
    let linkType = block.frames.linkType
    for index in block.routes.indices {
      let route = block.routes[index]
      if Int(route.shard) == shard {
        block.frames.withFrame(at: index) { frame, header in
          _ = engine.judge(
            frame, linkType: linkType, wireLength: header.wireLength, time: route.clock, interface: 0)
        }
      } else if route.isShared {
        look(at: index, of: block, route.clock)
      }
    }
    return []
  }

  private mutating func judgeAndKeep(_ block: RoutedBlock) -> [Judgement] {
    var judgements: [Judgement] = []
    let linkType = block.frames.linkType
    for index in block.routes.indices {
      let route = block.routes[index]
      if Int(route.shard) == shard {
        block.frames.withFrame(at: index) { frame, header in
          judgements.append(
            engine.judge(frame, linkType: linkType, wireLength: header.wireLength, time: route.clock, interface: 0))
        }
      } else if route.isShared {
        look(at: index, of: block, route.clock)
      }
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
    if !setting.triggers.entries.isEmpty {
      engine.advance(to: time)
      for (table, additions) in setting.triggers.additions(labels: setting.labels) {
        _ = engine.add(additions, to: table)
      }
    }
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
