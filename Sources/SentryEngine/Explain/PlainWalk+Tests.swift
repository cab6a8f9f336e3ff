internal import SentryPacket
internal import SentryRules
internal import SentryState

/// Whether a rule holds, and what it saw.
struct TestAnswer {
  var holds: Bool
  var seen: Explanation.SeenValue
}

extension PlainWalk {
  /// Asks one rule. What looks at a packet never holds without one, negated or not.
  mutating func answer(_ test: LoweredTest, of rule: Int) -> TestAnswer {
    if let answer = answerWithoutPacket(test.test, of: rule) {
      return TestAnswer(holds: answer.holds != test.isNegated, seen: answer.seen)
    }
    switch test.test {
    case .idleSeconds(let subject, let range):
      return idleAnswer(subject, range, isNegated: test.isNegated, of: rule)
    case .table(let table):
      guard let packet = facts.packet else { return .withoutPacket }
      return include(table, isNegated: test.isNegated, of: rule, packet)
    default:
      guard let packet = facts.packet else { return .withoutPacket }
      let answer = answer(test.test, packet)
      return TestAnswer(holds: answer.holds != test.isNegated, seen: answer.seen)
    }
  }

  // MARK: Without a packet

  /// What time and counters answer; `nil` for other tests.
  private func answerWithoutPacket(_ test: Test, of rule: Int) -> TestAnswer? {
    switch test {
    case .constant(let holds): TestAnswer(holds: holds, seen: .nothing)
    case .timeOfDay(let first, let last):
      TestAnswer(holds: wrapped(facts.secondOfDay, first, last), seen: .value(facts.timeOfDayText))
    case .dayOfWeek(let first, let last):
      TestAnswer(holds: wrapped(facts.dayOfWeek, first, last), seen: .value(facts.dayOfWeekText))
    case .dateAndTime(let range):
      TestAnswer(holds: range.contains(facts.time.seconds), seen: .moment(facts.time))
    case .parentMatchCount(let range): number(parentMatchCount(of: rule), in: range)
    case .parentMatchRate(let range): number(parentCounters(of: rule).matchDelta, in: range)
    case .parentByteCount(let range): number(parentCounters(of: rule).byteCount, in: range)
    default: nil
    }
  }

  /// Within a range that may go around its end, both ends included.
  private func wrapped<Value: Comparable>(_ value: Value, _ first: Value, _ last: Value) -> Bool {
    if first <= last { return (first...last).contains(value) }
    return value >= first || value <= last
  }

  private func number(_ value: UInt64, in range: ClosedRange<UInt64>) -> TestAnswer {
    TestAnswer(holds: range.contains(value), seen: .value("\(value)"))
  }

  /// At the top level there is no parent, and nothing was counted.
  private func parentCounters(of rule: Int) -> RuleCounters {
    let parent = rules[rule].parent
    return parent >= 0 ? counters[parent] : RuleCounters()
  }

  /// The parent's matches, this packet's included; right below an `Include` that found the source, those of its entry.
  private func parentMatchCount(of rule: Int) -> UInt64 {
    if let found, found.rule == rules[rule].parent, let entry = sources[found.table, found.range] {
      return entry.matchCount
    }
    return parentCounters(of: rule).matchCount
  }

  private func idleAnswer(
    _ subject: IdleSubject, _ range: ClosedRange<UInt64>, isNegated: Bool, of rule: Int
  ) -> TestAnswer {
    guard facts.packet == nil else { return TestAnswer(holds: false, seen: .absent("asked by the timer only")) }
    let asked = subject == .rule ? rule : rules[rule].parent
    let lastMatch = asked >= 0 ? counters[asked].lastTime : nil
    let since = lastMatch ?? facts.appliedAt ?? facts.time
    let seconds = max(0, facts.time.nanoseconds - since.nanoseconds) / Timestamp.nanosecondsPerSecond
    return TestAnswer(holds: range.contains(UInt64(seconds)) != isNegated, seen: .value("\(seconds)"))
  }

  // MARK: Tables

  /// Whether the source is in a table. Being asked forgets what an earlier `Include` found; a match counts at the entry.
  private mutating func include(
    _ table: AddressTableKind, isNegated: Bool, of rule: Int, _ packet: PacketFields
  ) -> TestAnswer {
    found = nil
    guard packet.has(.addresses) else { return TestAnswer(holds: isNegated, seen: .absent("no address was captured")) }
    guard let entry = sources[table] else {
      return TestAnswer(holds: isNegated, seen: .value("\(packet.source) not found"))
    }
    if table == .trigger, let range = facts.protectionOfSource {
      return TestAnswer(holds: isNegated, seen: .value("\(packet.source) does not count: \(range) is protected"))
    }
    guard !isNegated else {
      return TestAnswer(holds: false, seen: .value("\(entry.text), \(matches(entry.matchCount))"))
    }
    let isObserved = rules.observation[rule] != .none
    if !isObserved { sources.hit(entry.range, in: table, at: facts.time) }
    found = (table, entry.range, rule)
    return TestAnswer(holds: true, seen: .value("\(entry.text), \(matches(entry.matchCount &+ (isObserved ? 0 : 1)))"))
  }

  private func matches(_ count: UInt64) -> String { count == 1 ? "1 match" : "\(count) matches" }

  // MARK: Packets

  private mutating func answer(_ test: Test, _ packet: PacketFields) -> TestAnswer {
    switch test {
    case .number(let field, let range):
      answer(field, range, packet)
    case .address(let endpoint, let range):
      answer(endpoint, range, packet)
    case .interface(let pattern):
      interfaceAnswer(rules.program.interfaces[Int(pattern)])
    case .knownConnection:
      knownConnectionAnswer
    case .tcpFlags(let on, let off):
      flagsAnswer(on: on, off: off, packet)
    case .ipOptions(let list, let noneOf):
      optionsAnswer(
        wanted: rules.program.optionLists[Int(list)], noneOf: noneOf,
        in: packet.has(.ipOptions) ? facts.bytes(in: packet.ipOptions) : nil,
        absence: packet.version == 6 ? "IPv6 has none" : "not captured"
      ) { wanted, kind in wanted < 32 ? kind & 0x1F == wanted : kind == wanted }
    case .tcpOptions(let list, let noneOf):
      optionsAnswer(
        wanted: rules.program.optionLists[Int(list)], noneOf: noneOf,
        in: packet.has(.tcpOptions) ? facts.bytes(in: packet.tcpOptions) : nil,
        absence: absence(of: "TCP", IPProtocol.tcp, in: packet), by: ==)
    case .content(let pattern):
      contentAnswer(rules.program.contents[Int(pattern)], packet)
    case .connectionState(let states):
      connectionStateAnswer(states, packet)
    case .urlKeyword(let keyword):
      keywordAnswer(rules.program.keywords[Int(keyword)], packet)
    case .serverName(let name):
      nameAnswer(rules.program.names[Int(name)], facts.serverName(of: packet), absence: "no ClientHello with a name")
    case .dnsName(let name):
      nameAnswer(rules.program.names[Int(name)], facts.dnsName(of: packet), absence: "no DNS question")
    case .application(let name):
      applicationAnswer(rules.program.applications[Int(name)])
    case .sourceRate(let range):
      packet.has(.addresses)
        ? number(facts.sourceRate, in: range) : TestAnswer(holds: false, seen: .absent("not captured"))
    case .constant, .table, .timeOfDay, .dayOfWeek, .dateAndTime, .parentMatchCount, .parentMatchRate,
      .parentByteCount, .idleSeconds:
      TestAnswer(holds: false, seen: .nothing)  // Answered before.
    }
  }

  private func answer(_ field: NumberField, _ range: ClosedRange<UInt64>, _ packet: PacketFields) -> TestAnswer {
    guard let value = facts.number(field, of: packet) else {
      return TestAnswer(holds: false, seen: .absent(absence(of: field, in: packet)))
    }
    return TestAnswer(
      holds: range.lowerBound <= value && value <= range.upperBound, seen: .value(text(of: value, field)))
  }

  private func answer(_ endpoint: Endpoint, _ range: AddressRange, _ packet: PacketFields) -> TestAnswer {
    guard packet.has(.addresses) else { return TestAnswer(holds: false, seen: .absent("not captured")) }
    let address = endpoint == .source ? packet.source : packet.destination
    let isSameFamily = address.isIPv4 == range.first.isIPv4
    return TestAnswer(
      holds: isSameFamily && range.first <= address && address <= range.last, seen: .value(address.description))
  }

  private func interfaceAnswer(_ pattern: InterfacePattern) -> TestAnswer {
    guard let interface = facts.interface else { return TestAnswer(holds: false, seen: .absent("not known")) }
    let holds =
      switch pattern {
      case .external: interface.isExternal
      case .internal: !interface.isExternal
      case .named(let name): interface.name == name
      case .prefixed(let start): interface.name.hasPrefix(start)
      }
    return TestAnswer(
      holds: holds, seen: .value("\(interface.name) (\(interface.isExternal ? "external" : "internal"))"))
  }

  private func flagsAnswer(on: UInt8, off: UInt8, _ packet: PacketFields) -> TestAnswer {
    guard packet.has(.tcpFlags) else {
      return TestAnswer(holds: false, seen: .absent(absence(of: "TCP", IPProtocol.tcp, in: packet)))
    }
    let missing = on & ~packet.tcpFlags
    let excessive = off & packet.tcpFlags
    return TestAnswer(holds: missing == 0 && excessive == 0, seen: .value(packet.tcpFlagNames))
  }
}

extension TestAnswer {
  static var withoutPacket: TestAnswer { TestAnswer(holds: false, seen: .absent("no packet")) }
}
