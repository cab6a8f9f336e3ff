import SentryEngine
import SentryPacket
import SentryRules

/// An engine that judges the same frames again and again.
struct Judging: ~Copyable {
  private(set) var engine: Engine
  private let frames: HeldFrames

  /// Judges all frames once: that fills the tables.
  init(_ ruleSet: RuleSet, _ frames: HeldFrames, isFiltered: Bool = true) {
    engine = Engine(ruleSet, isFiltered: isFiltered)
    self.frames = frames
    judge()
  }

  /// Judges all frames.
  mutating func judge() {
    let held = frames
    let bytes = held.bytes.span.bytes
    for frame in held.frames {
      _ = engine.judge(
        bytes.extracting(frame.bytes), linkType: .ethernet, wireLength: frame.wireLength, time: frame.time, interface: 0
      )
    }
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
    let times = inTurn({ filtered.judge() }, { unfiltered.judge() })
    let count = Double(frames.count)
    (whole, withoutRules) = (times.first * 1e9 / count, times.second * 1e9 / count)
  }
}
