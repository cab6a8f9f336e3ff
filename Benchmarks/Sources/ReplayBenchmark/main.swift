// Measures the packet path on one document and one capture.
//
//   ReplayBenchmark DOCUMENT CAPTURE [RUNS]
//
// Prints, each as best and median of RUNS: reading alone, the whole replay (read, decode, judge), and judging alone on frames
// held in memory; allocations in the measured loop where the counting library is preloaded; and the memory held at the end.
// Every run's verdicts are checked against the first's, so nothing is measured that does not do its work.

import Foundation
import SentryCapture
import SentryEngine
import SentryPacket
import SentryRules

/// Frames kept in memory for judging alone: enough to leave the first cache levels, few enough to hold.
let heldFrames = 100_000

struct HeldFrame {
  var bytes: Range<Int>
  var wireLength: Int
  var time: Timestamp
}

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(1)
}

/// Calls of malloc and its kin so far; `nil` without the counting library.
let allocationCount: (() -> UInt64)? = {
  guard let symbol = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "sentry_allocation_count") else { return nil }
  let function = unsafeBitCast(symbol, to: (@convention(c) () -> UInt64).self)
  return { function() }
}()

/// One measured loop: seconds and allocations of each run.
@MainActor
struct Measurement {
  let name: String
  let packets: Int
  var seconds: [Double] = []
  var allocations: [UInt64] = []

  mutating func run(_ body: () throws -> Void) rethrows {
    let allocationsBefore = allocationCount?() ?? 0
    let start = ContinuousClock.now
    try body()
    let elapsed = ContinuousClock.now - start
    seconds.append(Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18)
    if let allocationCount { allocations.append(allocationCount() - allocationsBefore) }
  }

  func report() {
    let sorted = seconds.sorted()
    let figures = [sorted[0], sorted[sorted.count / 2]].map { seconds in
      String(format: "%9.0f packets/s %7.1f ns", Double(packets) / seconds, seconds / Double(packets) * 1e9)
    }
    var line = "\(name.padding(toLength: 16, withPad: " ", startingAt: 0)) best \(figures[0])   median \(figures[1])"
    if let last = allocations.last {
      line += String(format: "   %.6f allocations/packet", Double(last) / Double(packets))
    }
    print(line)
  }
}

func anonymousMemoryKiB() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") } ?? ""
  return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
}

let arguments = CommandLine.arguments
guard arguments.count >= 3 else { fail("usage: ReplayBenchmark DOCUMENT CAPTURE [RUNS]") }
let runs = arguments.count > 3 ? max(1, Int(arguments[3]) ?? 5) : 5
guard let document = FileManager.default.contents(atPath: arguments[1]),
  let ruleSet = RuleDocument(reading: [UInt8](document)).ruleSet
else { fail("\(arguments[1]): not a document that can run") }
let local = AddressSpans([try NetText.range("192.0.2.0/24")])

func makeEngine() -> Engine {
  Engine(
    rules: LoadedRules(ruleSet, labels: RuleLabels()), interfaces: [EngineInterface(name: "eth0", in: ruleSet)],
    local: local)
}

// How many packets there are, what their verdicts are, and the frames to hold.
var held: [UInt8] = []
var frames: [HeldFrame] = []
var packets = 0
var expected = makeEngine()
var file = try CaptureFile(path: arguments[2], rewindable: true)
let linkType = file.linkType
try file.forEach { frame, header in
  packets += 1
  _ = expected.judge(frame, linkType: linkType, wireLength: header.wireLength, time: header.time, interface: 0)
  if frames.count < heldFrames {
    let start = held.count
    for offset in 0..<frame.byteCount { held.append(frame.wire8(at: offset) ?? 0) }
    frames.append(HeldFrame(bytes: start..<held.count, wireLength: header.wireLength, time: header.time))
  }
}
let verdicts = expected.totals

var reading = Measurement(name: "read alone", packets: packets)
var replaying = Measurement(name: "replay", packets: packets)
var judging = Measurement(name: "judge in memory", packets: frames.count)
var touched: UInt64 = 0

for _ in 0..<runs {
  try file.rewind()
  try reading.run {
    try file.forEach { frame, _ in
      touched &+=
        UInt64(frame.wire8(at: 12) ?? 0) &+ UInt64(frame.wire8(at: 14) ?? 0) &+ UInt64(frame.wire8(at: 23) ?? 0)
    }
  }
  try file.rewind()
  var engine = makeEngine()
  try replaying.run {
    try file.forEach { frame, header in
      _ = engine.judge(frame, linkType: linkType, wireLength: header.wireLength, time: header.time, interface: 0)
    }
  }
  guard engine.totals == verdicts else { fail("a replay gave other verdicts than the first one") }

  // The first pass fills the tables, the second is the steady state that is measured.
  var warm = makeEngine()
  for pass in 0..<2 {
    let body = {
      let span = held.span.bytes
      for frame in frames {
        _ = warm.judge(
          span.extracting(frame.bytes), linkType: linkType, wireLength: frame.wireLength, time: frame.time, interface: 0
        )
      }
    }
    if pass == 0 { body() } else { judging.run(body) }
  }
}

reading.report()
replaying.report()
judging.report()
print(
  "\(packets) packets, \(anonymousMemoryKiB()) KiB anonymous memory (\(held.count / 1024) KiB of it frames held in memory)"
)
print(Verdict.allCases.map { "\($0.name) \(verdicts[$0])" }.joined(separator: ", ") + ", not IP \(verdicts.notIP)")
if touched == 0 { fail("nothing was read") }
