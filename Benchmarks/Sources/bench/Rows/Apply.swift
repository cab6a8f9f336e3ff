import SentryEngine
import SentryPacket
import SentryRules
import SentryState

private let row = "apply, 10,000 rules"

/// Puts documents of 10,000 rules in force, each with one rule other than the one before, over tables that are full:
/// from the text to the moment when packets meet the new rules, and how long they wait meanwhile.
func measureApply() throws {
  try measureGroupedRules()
  try measureRefinedRules()
}

/// The pause where rules have matches that are still to be credited: 5,000 ask the same, and a packet has just passed them all.
private func measureRefinedRules() throws {
  var engine = Engine(ruleSet(of: refinedRules(count: 10_000)))
  let labels = RuleLabels()
  let server = IPAddress(v4: 0xC000_020A)
  var frames = HeldFrames()
  for port in UInt16(100)..<200 { frames.append(tcpFrame(from: IPAddress(v4: 0xC612_0001), 50_000, to: server, port)) }
  var pause = Fastest()
  for run in 1...3 {
    var longest = 0.0
    for extra in (8 * run)..<(8 * run + 8) {
      engine.judge(frames)
      longest = max(longest, apply(refinedRules(count: 10_000, extra: extra), to: &engine, labels).swapping)
      let matches = UInt64(frames.count * (extra - 7))
      guard engine.counters[0].matchCount == matches else { fail("\(row): counts were lost") }
    }
    pause.take(longest)
  }
  let measure = "longest pause, where 5,000 rules ask the same and have just matched"
  Figure(row: row, measure: measure, value: pause.seconds * 1e6, unit: "µs").report()
}

private func measureGroupedRules() throws {
  var engine = Engine(ruleSet(of: groupedRules(count: 10_000)))
  fillTables(of: &engine)
  let labels = RuleLabels()
  var extra = 0
  var best = Steps()
  var pause = Fastest()
  for _ in 0..<3 {
    var longest = 0.0
    for _ in 0..<8 {
      extra += 1
      let steps = apply(groupedRules(count: 10_000, extra: extra), to: &engine, labels)
      longest = max(longest, steps.swapping)
      if steps.total < best.total { best = steps }
    }
    pause.take(longest)
  }
  guard engine.tables.connections.count == engine.tables.connections.capacity else { fail("\(row): flows were lost") }
  report(best, longestPause: pause.seconds)
}

private func apply(_ text: String, to engine: inout Engine, _ labels: RuleLabels) -> Steps {
  let bytes = Array(text.utf8)
  var steps = Steps()
  var document: RuleDocument?
  steps.reading = seconds { document = RuleDocument(reading: bytes) }
  guard let new = document?.ruleSet, new.rules.count == 10_000 else { fail("\(row): the document was refused") }
  var loaded: LoadedRules?
  steps.compiling = seconds { loaded = LoadedRules(new, generation: engine.rules.generation &+ 1, labels: labels) }
  guard let rules = loaded else { fail("\(row): no rules") }
  var pairing = RulePairing.none
  steps.pairing = seconds { pairing = RulePairing(old: engine.rules.ruleSet, new: new) }
  guard pairing.count == new.rules.count - 1 else { fail("\(row): more than one rule was taken for another") }
  var retired: LoadedRules?
  steps.swapping = seconds { retired = engine.install(rules, pairing: pairing, interfaces: engine.interfaces) }
  guard engine.rules.generation == rules.generation, retired != nil else { fail("\(row): not in force") }
  return steps
}

private func report(_ best: Steps, longestPause: Double) {
  Figure(
    row: row, measure: "parse, check, compile, swap", value: best.total * 1e3, unit: "ms", wanted: .atMost(100)
  ).report()
  Figure(
    row: row, measure: "longest pause of the packet thread (best of 3 times 8)", value: longestPause * 1e6, unit: "µs",
    wanted: .atMost(50)
  ).report()
  for (name, value) in [
    ("parse and check", best.reading), ("compile", best.compiling), ("pair the rules with those before", best.pairing),
    ("swap", best.swapping),
  ] { Figure(row: row, measure: name, value: value * 1e3, unit: "ms").report() }
}

/// Of one document, in seconds.
private struct Steps {
  var reading = Double.infinity
  var compiling = 0.0
  var pairing = 0.0
  var swapping = 0.0

  var total: Double { reading + compiling + pairing + swapping }
}

/// As many flows and triggered addresses as there is room for.
private func fillTables(of engine: inout Engine) {
  let capacity = engine.tables.connections.capacity
  let server = IPAddress(v4: 0xC000_020A)
  var frames = HeldFrames()
  frames.append(udpFrame(from: IPAddress(v4: 0xC612_0000), 1_024, to: server, 5_000))
  let frame = frames.bytes
  for number in 0..<capacity {
    var bytes = frame
    // The source port and the last two bytes of the source address tell the flows apart.
    (bytes[28], bytes[29]) = (UInt8(number >> 8 & 255), UInt8(number & 255))
    (bytes[34], bytes[35]) = (4 + UInt8(number >> 16), 0)
    let span = bytes.span.bytes
    _ = engine.judge(
      span, linkType: .ethernet, wireLength: span.byteCount, time: HeldFrames.someTime, interface: 0)
  }
  let addresses = (0..<UInt32(131_072)).map { number in
    AddressAddition(
      range: AddressRange(prefix: IPAddress(v4: 0x0B00_0000 + number), length: 128), duration: .unlimited,
      triggeredBy: 0)
  }
  _ = engine.add(addresses, to: .trigger)
  guard engine.tables.connections.count == capacity, engine.tables.count(of: .trigger) == addresses.count else {
    fail("\(row): the tables are not full")
  }
}
