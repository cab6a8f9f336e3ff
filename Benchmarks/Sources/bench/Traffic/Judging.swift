import SentryEngine
import SentryPacket
import SentryRules

/// An engine that judges the same frames round and round.
struct Judging: ~Copyable {
  private(set) var engine: Engine
  private let frames: HeldFrames
  private var next = 0

  /// Judges all frames once: that fills the tables.
  init(_ ruleSet: RuleSet, _ frames: HeldFrames, isFiltered: Bool = true) {
    engine = Engine(ruleSet, isFiltered: isFiltered)
    self.frames = frames
    judge(frames.count)
  }

  mutating func judge(_ count: Int) {
    var place = next
    let held = frames
    let bytes = held.bytes.span.bytes
    for _ in 0..<count {
      let frame = held.frames[place]
      _ = engine.judge(
        bytes.extracting(frame.bytes), linkType: .ethernet, wireLength: frame.wireLength, time: frame.time, interface: 0
      )
      place += 1
      if place == held.count { place = 0 }
    }
    next = place
  }

  /// Which rule decided each frame, by its place in document order; `nil` where none did.
  mutating func deciders() -> [Int?] {
    let held = frames
    let bytes = held.bytes.span.bytes
    var deciders: [Int?] = []
    for frame in held.frames {
      let judgement = engine.judge(
        bytes.extracting(frame.bytes), linkType: .ethernet, wireLength: frame.wireLength, time: frame.time, interface: 0
      )
      deciders.append(judgement.decider.rule.map { Int($0) })
    }
    return deciders
  }
}

/// What a packet costs, in nanoseconds.
struct JudgingCost {
  /// To judge it: decode, connection, rules.
  var whole: Double
  /// The same on an interface whose packets no rule is asked about.
  var withoutRules: Double
  /// What the rules cost.
  var rules: Double { whole - withoutRules }
}

extension JudgingCost {
  /// Measures the rules' engine against the same on an interface without filters, in turn.
  init(of filtered: inout Judging, _ ruleSet: RuleSet, _ frames: HeldFrames) {
    var unfiltered = Judging(ruleSet, frames, isFiltered: false)
    (whole, withoutRules) = nanosecondsInTurn({ filtered.judge($0) }, { unfiltered.judge($0) })
  }
}
