import SentryEngine
import SentryPacket
import SentryRules

/// An engine that judges the same frames again and again, or others.
struct Judging: ~Copyable {
  private(set) var engine: Engine
  private let frames: HeldFrames

  /// Judges all frames once: that fills the tables.
  init(_ ruleSet: RuleSet, _ frames: HeldFrames, isFiltered: Bool = true) {
    engine = Engine(ruleSet, isFiltered: isFiltered)
    self.frames = frames
    judge(frames)
  }

  /// Judges all frames again.
  mutating func judge() { judge(frames) }

  mutating func judge(_ frames: HeldFrames) { engine.judge(frames) }

  /// Which rule decides each frame, by its place in document order; `nil` where none does.
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

extension Engine {
  mutating func judge(_ frames: HeldFrames) {
    let bytes = frames.bytes.span.bytes
    for frame in frames.frames {
      _ = judge(
        bytes.extracting(frame.bytes), linkType: .ethernet, wireLength: frame.wireLength, time: frame.time, interface: 0
      )
    }
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
  /// Of frames that come again and again, against the same on an interface without filters, in turn.
  init(of filtered: inout Judging, _ ruleSet: RuleSet, _ frames: HeldFrames) {
    var unfiltered = Judging(ruleSet, frames, isFiltered: false)
    let times = inTurn({ filtered.judge() }, { unfiltered.judge() })
    let count = Double(frames.count)
    (whole, withoutRules) = (times.first * 1e9 / count, times.second * 1e9 / count)
  }

  /// Of frames that come for the first time, once others like them have come. The best of some engines.
  init(ofNew frames: HeldFrames, after others: HeldFrames, _ ruleSet: RuleSet) {
    var (fastest, fastestWithout) = (Fastest(), Fastest())
    for _ in 0..<4 {
      var filtered = Judging(ruleSet, others)
      var unfiltered = Judging(ruleSet, others, isFiltered: false)
      fastest.run { filtered.judge(frames) }
      fastestWithout.run { unfiltered.judge(frames) }
    }
    whole = fastest.nanoseconds(for: frames.count)
    withoutRules = fastestWithout.nanoseconds(for: frames.count)
  }
}
