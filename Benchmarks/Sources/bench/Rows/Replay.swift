import SentryCapture
import SentryEngine
import SentryPacket
import SentryRules

/// Frames kept in memory for judging alone: enough to leave the first cache levels, few enough to hold.
private let heldFrames = 100_000

/// What the parts of a replay cost: reading alone, all of it, judging alone on frames in memory. Or, where allocations
/// are counted, how many of them it makes. Every run's verdicts are compared with the first's.
func measureReplay(row: String, document: String, capture: String) throws {
  let ruleSet = try ruleSet(ofFile: document)
  var replayed = try Replayed(capture)
  let verdicts = try replayed.judge(ruleSet).totals
  let held = try HeldFrames(capture: capture, every: 1, atMost: heldFrames)
  guard verdicts.packets > 0, held.count > 0 else { fail("\(capture) is empty") }

  var (reading, replaying, judging) = (Fastest(), Fastest(), Fastest())
  var allocations: (replay: UInt64, judging: UInt64)?
  for _ in 0..<(allocationCount() == nil ? 5 : 1) {
    reading.take(try replayed.read().seconds)
    let replay = try replayed.judge(ruleSet)
    guard replay.totals == verdicts else { fail("\(capture): other verdicts than the first time") }
    replaying.take(replay.work.seconds)
    var judged = Judging(ruleSet, held)
    let judgement = Work { judged.judge() }
    judging.take(judgement.seconds)
    guard judged.engine.totals.packets == 2 * UInt64(held.count) else { fail("\(capture): not all frames were judged") }
    if let inReplay = replay.work.allocations, let inJudging = judgement.allocations {
      allocations = (inReplay, inJudging)
    }
  }
  if let allocations {
    report(row, allocations, held: held.count, packets: Int(verdicts.packets))
  } else {
    let packets = Int(verdicts.packets)
    for (measure, value) in [
      ("reading alone", reading.nanoseconds(for: packets)),
      ("read, decode, judge", replaying.nanoseconds(for: packets)),
      ("judging frames held in memory", judging.nanoseconds(for: held.count)),
    ] { Figure(row: row, measure: measure, value: value, unit: "ns/packet").report() }
  }
}

private func report(_ row: String, _ allocations: (replay: UInt64, judging: UInt64), held: Int, packets: Int) {
  Figure(
    row: row, measure: "judging \(held) packets in the steady state", value: Double(allocations.judging),
    unit: "allocations", wanted: .atMost(0)
  ).report()
  Figure(
    row: row, measure: "replaying \(packets) packets, tables filling up", value: Double(allocations.replay),
    unit: "allocations"
  ).report()
}

/// One measured run.
private struct Work {
  var seconds = 0.0
  /// `nil` where they are not counted.
  var allocations: UInt64?

  init(_ body: () throws -> Void) rethrows {
    let before = allocationCount()
    seconds = try bench.seconds(body)
    if let before, let after = allocationCount() { allocations = after - before }
  }
}

/// A capture that is read again and again.
private struct Replayed: ~Copyable {
  private var file: CaptureFile

  init(_ path: String) throws { file = try CaptureFile(path: path, rewindable: true) }

  /// Reads it, and touches three header bytes of each packet.
  mutating func read() throws -> Work {
    try file.rewind()
    var touched: UInt64 = 0
    let work = try Work {
      try file.forEach { frame, _ in
        touched &+=
          UInt64(frame.wire8(at: 12) ?? 0) &+ UInt64(frame.wire8(at: 14) ?? 0) &+ UInt64(frame.wire8(at: 23) ?? 0)
      }
    }
    if touched == 0 { fail("\(file.path): nothing was read") }
    return work
  }

  mutating func judge(_ ruleSet: RuleSet) throws -> (work: Work, totals: EngineTotals) {
    try file.rewind()
    let linkType = file.linkType
    var engine = Engine(ruleSet)
    let work = try Work {
      try file.forEach(lookingAhead: Engine.lookAhead) { frame, header, later in
        engine.expect(later, linkType: linkType)
        _ = engine.judge(frame, linkType: linkType, wireLength: header.wireLength, time: header.time, interface: 0)
      }
    }
    return (work, engine.totals)
  }
}
