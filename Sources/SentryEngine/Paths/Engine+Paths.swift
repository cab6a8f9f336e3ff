// The walk along what is known of the packet's class; see `PathMemory.swift`.

internal import SentryPacket
internal import SentryState

extension Engine {
  /// Walks the rules from the first on, for a packet whose numbers are gathered.
  ///
  /// - Returns: the position of the step that ended the walk; `nil` at the end of the rules.
  @inline(__always)
  mutating func walkAll(_ frame: RawSpan) -> Int32? {
    guard rules.packetClasses.isComplete else { return walkUnwatched(from: 0, frame) }
    let key = packetKey()
    switch paths.find(key) {
    case .path(let path): return follow(path, frame)
    case .seenBefore: return writePath(for: key, frame)
    case .new, .tooLong: return walkUnwatched(from: 0, frame)
    }
  }

  @inline(__always)
  private mutating func packetKey() -> PacketClasses.Key {
    var key = PacketClasses.Key()
    for part in rules.packetClasses.bits { rules.packetClasses.add(part, numbers[at: part.field], to: &key) }
    for part in rules.packetClasses.few { rules.packetClasses.add(part, numbers[at: part.field], to: &key) }
    for part in rules.packetClasses.many { rules.packetClasses.add(part, numbers[at: part.field], to: &key) }
    for part in rules.packetClasses.spread { rules.packetClasses.add(part, numbers[at: part.field], to: &key) }
    return key
  }

  private mutating func follow(_ path: Int32, _ frame: RawSpan) -> Int32? {
    var next = path
    while true {
      let order = paths.order(next)
      switch order.kind {
      case .expectMatch, .expectMismatch:
        // Most questions are these.
        let isOfTable = steps[Int(order.operand)].test == .table
        let matches = isOfTable ? include(at: order.operand) : holds(at: order.operand, frame)
        if matches != (order.kind == .expectMatch) {
          paths.count(order.exit, bytes: UInt64(packet.byteCount), at: walk.time)
          return leavePath(at: order.operand, matches: matches, frame)
        }
      case .perform: perform(at: order.operand)
      case .count: statistics.countMatch(order.operand, bytes: UInt64(packet.byteCount), at: walk.time)
      case .end:
        paths.count(order.exit, bytes: UInt64(packet.byteCount), at: walk.time)
        return order.operand >= 0 ? order.operand : nil
      }
      next += 1
    }
  }

  /// Goes on by the rules themselves, from a step that has been asked.
  @inline(never)
  private mutating func leavePath(at position: Int32, matches: Bool, _ frame: RawSpan) -> Int32? {
    paths.noteLeaving()
    let step = steps[Int(position)]
    guard matches else { return walkUnwatched(from: step.afterSubtree, frame) }
    statistics.countMatch(step.rule, bytes: UInt64(packet.byteCount), at: walk.time)
    if step.traits.contains(.acts) { perform(at: position) }
    return step.traits.contains(.terminates) ? position : walkUnwatched(from: step.afterMatch, frame)
  }

  @inline(never)
  private mutating func writePath(for key: PacketClasses.Key, _ frame: RawSpan) -> Int32? {
    var draft = PathDraft(watched: rules.watchedRules)
    let leaf = walk(from: 0, to: Int32(steps.count), frame, &draft)
    draft.end(at: leaf)
    guard !draft.isTooLong else {
      paths.giveUp(on: key)
      return leaf
    }
    if !paths.hasRoom {
      settlePaths()
      paths.forgetPaths()
    }
    paths.write(draft, for: key)
    return leaf
  }

  /// Credits the rules with what packets have matched along paths, and passing cohorts.
  mutating func settleCounts() {
    settlePaths()
    if cohortCounts.hasCounts { cohortCounts.settle(rules.siblings.cohorts, into: &statistics) }
  }

  private mutating func settlePaths() {
    if paths.hasCounts { paths.settle(into: &statistics, &cohortCounts, rules.siblings.cohorts) }
  }
}
