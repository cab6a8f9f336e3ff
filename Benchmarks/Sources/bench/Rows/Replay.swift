import SentryCapture
import SentryEngine
import SentryPacket
import SentryRules

private let runs = 5
/// Frames kept in memory for judging alone: enough to leave the first cache levels, few enough to hold.
private let heldFrames = 100_000

/// What the parts of a replay cost, and how often they allocate: reading alone, all of it, judging alone on frames in memory.
/// Every run's verdicts are compared with the first's.
func measureReplay(row: String, document: String, capture: String) throws {
  let ruleSet = try ruleSet(ofFile: document)
  var replayed = try Replayed(capture)
  let verdicts = try replayed.judge(ruleSet)
  let packets = Int(verdicts.packets)
  guard packets > 0 else { fail("\(capture) is empty") }

  var (reading, replaying, judging) = (Fastest(), Fastest(), Fastest())
  var allocations: (replay: UInt64, judging: UInt64)?
  let held = try HeldFrames(capture: capture, every: 1, atMost: heldFrames)
  for _ in 0..<runs {
    try reading.run(packets) { _ in try replayed.read() }
    let before = allocationCount()
    try replaying.run(packets) { _ in
      guard try replayed.judge(ruleSet) == verdicts else { fail("\(capture): other verdicts than the first time") }
    }
    let between = allocationCount()
    var judged = Judging(ruleSet, held)
    let warm = allocationCount()
    judging.run(held.count) { judged.judge($0) }
    if let before, let between, let warm, let after = allocationCount() {
      allocations = (between - before, after - warm)
    }
    guard judged.engine.totals.packets == 2 * UInt64(held.count) else { fail("\(capture): not all frames were judged") }
  }

  guard let allocations else {
    Figure(row: row, measure: "reading alone", value: reading.nanoseconds, unit: "ns/packet").report()
    Figure(row: row, measure: "read, decode, judge", value: replaying.nanoseconds, unit: "ns/packet").report()
    Figure(row: row, measure: "judging frames held in memory", value: judging.nanoseconds, unit: "ns/packet").report()
    return
  }
  Figure(
    row: row, measure: "in the steady state, for \(held.count) packets", value: Double(allocations.judging),
    unit: "allocations", wanted: .atMost(0)
  ).report()
  Figure(
    row: row, measure: "opening, filling the tables and \(packets) packets", value: Double(allocations.replay),
    unit: "allocations"
  ).report()
}

/// A capture that is read again and again.
private struct Replayed: ~Copyable {
  private var file: CaptureFile

  init(_ path: String) throws { file = try CaptureFile(path: path, rewindable: true) }

  /// Reads it, and touches three header bytes of each packet.
  mutating func read() throws {
    try file.rewind()
    var touched: UInt64 = 0
    try file.forEach { frame, _ in
      touched &+=
        UInt64(frame.wire8(at: 12) ?? 0) &+ UInt64(frame.wire8(at: 14) ?? 0) &+ UInt64(frame.wire8(at: 23) ?? 0)
    }
    if touched == 0 { fail("\(file.path): nothing was read") }
  }

  mutating func judge(_ ruleSet: RuleSet) throws -> EngineTotals {
    try file.rewind()
    let linkType = file.linkType
    var engine = Engine(ruleSet)
    try file.forEach { frame, header in
      _ = engine.judge(frame, linkType: linkType, wireLength: header.wireLength, time: header.time, interface: 0)
    }
    return engine.totals
  }
}
