// The walk of one packet, or of the timer, through the program.
//
// The tree is a list in reading order; every instruction knows what follows a match and what follows its subtree. A rule
// that matches counts first and acts then. The first terminating action becomes the packet's leaf: its own children are
// walked before its log entry is written, and whatever terminates there is counted but not carried out
// (docs/Classic.md, "Evaluation").

internal import SentryPacket
internal import SentryRules
internal import SentryState

/// What the engine knows of the packet it is judging, besides its fields.
struct Walk {
  /// False while the timer walks.
  var hasPacket = false
  /// The packet's time by the engine's clock, or the tick's.
  var time = Timestamp(nanoseconds: 0)
  var direction = Direction.inbound
  var interface = 0

  /// The terminating action that decided, once there is one.
  var leaf: Operation?
  var decider = Judgement.Decider.endOfRules
  /// `Dont log` has matched.
  var isLogSuppressed = false
  /// A notification under the leaf has logged the packet, so the leaf's own entry is left out.
  var isLeafLogged = false
  var entriesLogged = 0

  /// Where the last successful content search found something, from the first payload byte.
  var previousFind = 0
  /// The address entry that the latest successful `Include` found, and that rule: its direct children may use it.
  var entry: (table: AddressTableKind, slot: TableSlot, rule: Int32)?

  mutating func start(at time: Timestamp, interface: Int, direction: Direction) {
    self = Walk()
    hasPacket = true
    self.time = time
    self.interface = interface
    self.direction = direction
  }
}

extension Engine {
  /// Walks the rules for the current packet, then writes the leaf's log entry.
  mutating func walkRules(_ frame: RawSpan) {
    numbers = PacketNumbers(packet, direction: walk.direction)
    guard let leaf = step(from: 0, to: Int32(instructions.count), frame) else { return }
    let instruction = instructions[Int(leaf)]
    walk.leaf = instruction.operation
    walk.decider = .rule(instruction.rule)
    if instruction.operation != .delay {
      _ = step(from: leaf + 1, to: instruction.afterSubtree, frame)
    }
    if let kind = instruction.operation.leafEntry, !walk.isLogSuppressed, !walk.isLeafLogged {
      report(kind, leaf: nil, of: instruction.rule, isLogged: true)
    }
  }

  /// Tests rules from `start` until one terminates or `end` is reached.
  ///
  /// - Returns: the instruction that terminated; `nil` at the end.
  private mutating func step(from start: Int32, to end: Int32, _ frame: RawSpan) -> Int32? {
    let bytes = walk.hasPacket ? UInt64(packet.byteCount) : 0
    var position = start
    while position < end {
      let step = steps[Int(position)]
      let matches =
        step.field == Step.other
        ? holds(instructions[Int(position)], frame)
        : walk.hasPacket && numbers.satisfy(step) != step.isNegated
      guard matches else {
        position = step.afterSubtree
        continue
      }
      statistics.countMatch(step.rule, bytes: bytes, at: walk.time)
      if step.operation.acts { perform(instructions[Int(position)]) }
      if step.operation.isTerminating { return position }
      position = step.afterMatch
    }
    return nil
  }

  // MARK: Timer

  /// Tests every idle rule on its own, whatever its ancestors say, and walks the subtree of one that matches.
  mutating func checkIdleRules(at tick: Timestamp) {
    walk = Walk()
    walk.time = tick
    let noFrame = RawSpan()
    for position in rules.program.idleInstructions {
      let instruction = instructions[Int(position)]
      guard isIdle(instruction) else { continue }
      statistics.countMatch(instruction.rule, bytes: 0, at: tick)
      perform(instruction)
      guard !instruction.operation.isTerminating else { continue }
      _ = step(from: position + 1, to: instruction.afterSubtree, noFrame)
    }
  }

  private func isIdle(_ instruction: Program.Instruction) -> Bool {
    guard case .idleSeconds(let subject, let range) = instruction.test else { return false }
    let rule = subject == .rule ? instruction.rule : instruction.parent
    let lastMatch = rule >= 0 ? statistics[rule].lastTime : nil
    let since = lastMatch ?? appliedAt ?? walk.time
    let seconds = UInt64(max(0, walk.time.nanoseconds - since.nanoseconds) / Timestamp.nanosecondsPerSecond)
    return range.contains(seconds) != instruction.isNegated
  }

  // MARK: Tests

  private mutating func holds(_ instruction: Program.Instruction, _ frame: RawSpan) -> Bool {
    switch instruction.test {
    case .constant(let value):
      return value != instruction.isNegated
    case .parentMatchCount(let range):
      return range.contains(matchCount(ofParentOf: instruction)) != instruction.isNegated
    case .idleSeconds:
      return !walk.hasPacket && isIdle(instruction)
    case .table(let table):
      return walk.hasPacket && include(table, instruction)
    case .knownConnection:
      return walk.hasPacket && connectionIsKnown() != instruction.isNegated
    case .content(let pattern):
      return walk.hasPacket && finds(pattern, frame) != instruction.isNegated
    default:
      return walk.hasPacket && packetHolds(instruction.test, frame) != instruction.isNegated
    }
  }

  /// Tests that only look at the packet.
  private func packetHolds(_ test: Test, _ frame: RawSpan) -> Bool {
    switch test {
    case .address(let endpoint, let range):
      return packet.has(.addresses) && range.matches(endpoint == .source ? packet.source : packet.destination)
    case .interface(let pattern):
      return isMeant(interface: walk.interface, by: pattern)
    case .tcpFlags(let on, let off):
      return packet.has(.tcpFlags) && packet.tcpFlags & on == on && packet.tcpFlags & off == 0
    case .ipOptions(let list, let noneOf):
      return has(
        list, noneOf: noneOf, in: packet.has(.ipOptions) ? packet.ipOptions : nil, of: frame, matchesLowBits: true)
    case .tcpOptions(let list, let noneOf):
      return has(
        list, noneOf: noneOf, in: packet.has(.tcpOptions) ? packet.tcpOptions : nil, of: frame, matchesLowBits: false)
    case .constant, .number, .table, .knownConnection, .content, .parentMatchCount, .idleSeconds:
      return false  // Answered in `step` or `holds`.
    }
  }

  private func has(
    _ list: Int32, noneOf: Bool, in options: Range<UInt32>?, of frame: RawSpan, matchesLowBits: Bool
  ) -> Bool {
    guard let options else { return noneOf }
    for kind in rules.program.optionLists[Int(list)] {
      let isThere = frame.containsOption(kind, in: options, matchesLowBits: matchesLowBits && kind < 32)
      if isThere == noneOf { return false }
    }
    return true
  }

  private mutating func finds(_ pattern: Int32, _ frame: RawSpan) -> Bool {
    guard packet.has(.payload),
      let position = rules.program.contents[Int(pattern)]
        .find(in: frame, payload: packet.payload, previousFind: walk.previousFind)
    else { return false }
    walk.previousFind = position
    return true
  }

  /// `Include`: a hit refreshes the entry and counts there; the rule's direct children may ask for that count.
  private mutating func include(_ table: AddressTableKind, _ instruction: Program.Instruction) -> Bool {
    walk.entry = nil
    guard packet.has(.addresses), let slot = find(in: table, packet.source) else { return instruction.isNegated }
    tables.hit(slot, in: table, now: walk.time)
    guard !instruction.isNegated else { return false }
    walk.entry = (table, slot, instruction.rule)
    return true
  }

  private mutating func connectionIsKnown() -> Bool {
    tables.connections.lookup(FlowKey(packet, direction: walk.direction), now: walk.time) != nil
  }

  private func matchCount(ofParentOf instruction: Program.Instruction) -> UInt64 {
    if let entry = walk.entry, entry.rule == instruction.parent {
      return tables.matchCount(of: entry.slot, in: entry.table)
    }
    return instruction.parent >= 0 ? statistics[instruction.parent].matchCount : 0
  }

  // MARK: Actions

  /// What the action does besides steering and ending the walk.
  private mutating func perform(_ instruction: Program.Instruction) {
    switch instruction.operation {
    case .next, .skip, .group, .exitGroup: break
    case .pass, .delete, .deleteWithoutLog, .reject, .dropConnection, .delay: break
    case .trigger: keepSource(in: .trigger, label: rules.labels[Int(instruction.rule)])
    case .keepAddress: keepSource(in: .address, label: rules.labels[Int(instruction.rule)])
    case .keepInvalid: keepSource(in: .invalid, label: rules.labels[Int(instruction.rule)])
    case .authorize: keepSource(in: .authorize, label: rules.labels[Int(instruction.rule)])
    case .log: log(instruction.rule)
    case .dontLog: walk.isLogSuppressed = walk.hasPacket
    case .alert: notify(.alert, instruction.rule, isLogged: true)
    case .email: notify(.email, instruction.rule, isLogged: true)
    case .url: notify(.url, instruction.rule, isLogged: false)
    case .resetParent: resetParent(of: instruction)
    }
  }

  mutating func keepSource(in table: AddressTableKind, label: UInt32) {
    guard walk.hasPacket, packet.has(.addresses) else { return }
    tables.keep(
      packet.source, in: table, now: walk.time, duration: rules.addressDuration, triggeredBy: label)
  }

  private mutating func resetParent(of instruction: Program.Instruction) {
    if instruction.parent >= 0 { statistics.resetMatchCount(instruction.parent) }
    if let entry = walk.entry, entry.rule == instruction.parent {
      tables.resetMatchCount(of: entry.slot, in: entry.table)
    }
  }

  // MARK: Telling

  private mutating func log(_ rule: Int32) {
    guard !walk.isLogSuppressed else { return }
    report(.log, leaf: walk.leaf?.eventKind, of: rule, isLogged: true)
  }

  /// A notification goes out also when the packet is not to be logged.
  private mutating func notify(_ kind: EngineEvent.Kind, _ rule: Int32, isLogged: Bool) {
    let isLogged = isLogged && !walk.isLogSuppressed
    if isLogged, walk.leaf != nil { walk.isLeafLogged = true }
    report(kind, leaf: walk.leaf?.eventKind, of: rule, isLogged: isLogged)
  }

  private mutating func report(_ kind: EngineEvent.Kind, leaf: EngineEvent.Kind?, of rule: Int32, isLogged: Bool) {
    report(EngineEvent(time: walk.time, kind: kind, leaf: leaf, label: rules.labels[Int(rule)], isLogged: isLogged))
  }

  mutating func report(builtIn reason: BuiltInReason, _ kind: EngineEvent.Kind) {
    guard !walk.isLogSuppressed else { return }
    report(EngineEvent(time: walk.time, kind: kind, reason: reason, label: RuleLabels.builtIn, isLogged: true))
  }

  private mutating func report(_ event: EngineEvent) {
    if event.isLogged { walk.entriesLogged += 1 }
    var event = event
    if walk.hasPacket { event.describe(packet, direction: walk.direction, interface: walk.interface) }
    append(event)
  }
}

extension Operation {
  /// Does more than steer or end the walk.
  var acts: Bool {
    switch self {
    case .next, .skip, .group, .exitGroup, .pass, .delete, .deleteWithoutLog, .reject, .dropConnection, .delay: false
    default: true
    }
  }

  /// What a terminating action does to the packet; `nil` for the others.
  var verdict: Verdict? {
    switch self {
    case .pass: .pass
    case .delete, .deleteWithoutLog, .trigger: .delete
    case .reject: .reject
    case .dropConnection: .dropConnection
    case .delay: .delay
    default: nil
    }
  }

  /// How the log names a terminating action.
  var eventKind: EngineEvent.Kind? {
    switch self {
    case .pass, .delay: .pass
    case .delete, .deleteWithoutLog, .trigger: .delete
    case .reject: .reject
    case .dropConnection: .dropConnection
    default: nil
    }
  }

  /// The entry a terminating action writes by itself.
  var leafEntry: EngineEvent.Kind? {
    switch self {
    case .delete, .trigger, .reject, .dropConnection: eventKind
    default: nil
    }
  }
}
