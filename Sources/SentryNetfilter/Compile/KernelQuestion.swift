// What nftables asks in place of a rule's test.
//
// A question is one case for both families of addresses, or one for each. A case is a list of parts, all of which must hold.
// Each part knows how nftables asks for its contrary, given that the parts before it hold; so `!=` becomes a few matches of
// which a packet satisfies at most one: what counts a packet counts it once.
//
// Some packets nftables sees otherwise than the rules do; the question says which in `guards`. They must be sent away before it
// is asked.

internal import SentryPacket
internal import SentryRules

struct KernelQuestion {
  typealias Family = EarlyMatch.Family
  /// What selects packets, and what is done with each besides.
  typealias Match = (text: String, statement: String)

  struct Part {
    /// As nftables asks it; empty if the parts after it say so, too, or if it holds for certain.
    var yes: String
    /// Its contrary; `nil` if it holds for certain.
    var no: String?
  }

  struct Case {
    /// `nil` for both.
    var family: Family?
    var parts: [Part]
    /// What is done on a match besides.
    var statement = ""
  }

  enum Guard: Hashable {
    /// Ports of a later fragment are known from the first one.
    case laterFragments
    case ipOptions
    case tcpOptions([UInt8])
  }

  /// Satisfied by packets that surely match; all others that may are guarded. Empty if the cases tell all.
  var sure: [String] = []
  var guards: [Guard] = []
  /// None: no packet matches.
  var cases: [Case] = []
  /// What stands for all other packets, where the parts do not tell.
  var contrary: [Case]?
  /// Why nftables cannot ask it at all.
  var unknown: String?

  /// Matches that stand for all packets for which the rule holds.
  func matches(isNegated: Bool) -> [Match] {
    guard isNegated else { return cases.map { ($0.text, $0.statement) } }
    if let contrary { return contrary.map { ($0.text, "") } }
    let whole = cases.first { $0.family == nil }
    let byFamily =
      whole.map { [$0] }
      ?? [Family.ipv4, .ipv6].map { family in
        cases.first { $0.family == family } ?? Case(family: family, parts: [Part(yes: "", no: "")])
      }
    return (cases.isEmpty ? [Case(parts: [Part(yes: "", no: "")])] : byFamily)
      .flatMap(\.contraries).map { ($0, "") }
  }
}

extension KernelQuestion.Case {
  /// All parts hold.
  var text: String { text(parts.map(\.yes)) }

  private func text(_ questions: [String]) -> String {
    let text = questions.filter { !$0.isEmpty }.joined(separator: " ")
    guard let family else { return text }
    let (mark, prefix) = family == .ipv4 ? ("ipv4", "ip ") : ("ipv6", "ip6 ")
    if text.hasPrefix(prefix) { return text }
    return text.isEmpty ? "meta nfproto \(mark)" : "meta nfproto \(mark) \(text)"
  }

  /// The first part fails, or the second alone, and so on.
  fileprivate var contraries: [String] {
    parts.indices.compactMap { index in
      parts[index].no.map { text(parts[..<index].map(\.yes) + [$0]) }
    }
  }
}

extension KernelQuestion.Guard {
  var matches: [String] {
    switch self {
    case .laterFragments: ["ip frag-off & 0x1fff != 0", "frag frag-off != 0"]
    case .ipOptions: ["ip hdrlength > 5"]
    case .tcpOptions(let kinds): ["meta l4proto tcp " + kinds.map { "tcp option \($0) exists" }.joined(separator: " ")]
    }
  }

  var reason: String {
    switch self {
    case .laterFragments: "later fragments: their ports are in another packet"
    case .ipOptions: "packets with IP options: nftables reads some of them otherwise, or not at all"
    case .tcpOptions: "TCP options: nftables reads damaged lists otherwise"
    }
  }
}

// MARK: - By test

/// What is known where a question is asked.
struct KernelFacts {
  /// Offsets of later fragments that may still come.
  var laterFragments: [ClosedRange<UInt64>] = [1...8191]
  /// The only protocol that comes, if it is certain.
  var protocolNumber: UInt64?
}

extension KernelQuestion {
  private static let always = KernelQuestion(cases: [Case(parts: [])])
  private static let never = KernelQuestion()

  private static func unknown(_ reason: String) -> KernelQuestion { KernelQuestion(unknown: reason) }

  init(_ test: Test, _ document: CompiledDocument, _ direction: Direction, _ facts: KernelFacts) {
    self =
      switch test {
      case .constant(let value): value ? .always : .never
      case .number(let field, let range): Self.number(field, range, direction, facts)
      case .address(let endpoint, let range): Self.address(endpoint, range)
      case .interface(let pattern): Self.interface(pattern, document, direction)
      case .table(let kind):
        AddressSets(kind: kind, settings: document.ruleSet.settings).question
      case .tcpFlags(let on, let off): Self.flags(on, off, facts)
      case .ipOptions(let list, let noneOf): Self.ipOptions(list, noneOf, document.program)
      case .tcpOptions(let list, let noneOf): Self.tcpOptions(list, noneOf, document.program)
      case .dateAndTime(let range): Self.time(range)
      case .idleSeconds: .unknown("it is asked by the clock, which nftables has not")
      case .knownConnection, .connectionState:
        .unknown("the kernel's connection tracking begins and ends flows otherwise")
      case .content, .urlKeyword, .serverName, .dnsName: .unknown("it looks into the payload")
      case .application: .unknown("it asks for the program behind the packet, which nftables does not know")
      case .sourceRate, .parentMatchRate: .unknown("it asks for packets in the last full second")
      case .parentMatchCount, .parentByteCount: .unknown("it asks for a rule's counter")
      case .timeOfDay, .dayOfWeek: .unknown("nftables keeps the time zone and its offset of when it was loaded")
      }
  }

  // MARK: Numbers

  private static func number(
    _ field: NumberField, _ range: ClosedRange<UInt64>, _ direction: Direction, _ facts: KernelFacts
  ) -> KernelQuestion {
    switch field {
    case .direction: return range.contains(UInt64(direction.rawValue)) ? .always : .never
    case .ipVersion: return version(range)
    case .fragmentOffset: return fragments(range)
    case .protocolNumber:
      return KernelQuestion(
        cases: [Case(parts: [compare("meta l4proto", range, 0...255, protocolName)])].compactMap(\.possible))
    case .packetLength:
      return KernelQuestion(
        cases: [Case(parts: [compare("meta length", range, 20...4_294_967_295)])].compactMap(\.possible))
    case .sourcePort: return port("sport", range, facts)
    case .destinationPort: return port("dport", range, facts)
    case .icmpType: return icmp("icmp type", .ipv4, range, facts)
    case .icmpCode: return icmp("icmp code", .ipv4, range, facts)
    case .icmpv6Type: return icmp("icmpv6 type", .ipv6, range, facts)
    case .icmpv6Code: return icmp("icmpv6 code", .ipv6, range, facts)
    case .timeToLive: return both("ip ttl", "ip6 hoplimit", range, 0...255)
    case .dscp: return both("ip dscp", "ip6 dscp", range, 0...63)
    case .sourceMAC where direction == .inbound: return hardware("ether saddr", range)
    case .destinationMAC where direction == .inbound: return hardware("ether daddr", range)
    case .sourceMAC, .destinationMAC: return .unknown("outbound packets have no hardware addresses yet")
    case .user: return .unknown("nftables loses the user when the socket is closed, before its last packets")
    case .applicationPermission:
      return .unknown("it asks for the program behind the packet, which nftables does not know")
    case .vlan: return .unknown("the kernel takes VLAN tags off; ask for the VLAN's own interface instead")
    }
  }

  /// A part that asks whether a number that every packet has is within the range.
  private static func compare(
    _ subject: String, _ range: ClosedRange<UInt64>, _ limits: ClosedRange<UInt64>,
    _ text: (UInt64) -> String = { "\($0)" },
    ends: (ClosedRange<UInt64>) -> String = { "\($0.lowerBound)-\($0.upperBound)" }
  ) -> Part {
    guard range.overlaps(limits) else { return Part(yes: Case.impossible, no: "") }
    let range = range.clamped(to: limits)
    guard range != limits else { return Part(yes: "", no: nil) }
    let value = range.count == 1 ? text(range.lowerBound) : ends(range)
    return Part(yes: "\(subject) \(value)", no: "\(subject) != \(value)")
  }

  private static func protocolName(_ number: UInt64) -> String {
    switch number {
    case 1: "icmp"
    case 6: "tcp"
    case 17: "udp"
    case 58: "ipv6-icmp"
    default: "\(number)"
    }
  }

  private static func both(
    _ ipv4: String, _ ipv6: String, _ range: ClosedRange<UInt64>, _ limits: ClosedRange<UInt64>
  ) -> KernelQuestion {
    if range.contains(limits.lowerBound), range.contains(limits.upperBound) { return .always }
    let cases = [
      Case(family: .ipv4, parts: [compare(ipv4, range, limits)]),
      Case(family: .ipv6, parts: [compare(ipv6, range, limits)]),
    ]
    return KernelQuestion(cases: cases.compactMap(\.possible))
  }

  private static func version(_ range: ClosedRange<UInt64>) -> KernelQuestion {
    switch (range.contains(4), range.contains(6)) {
    case (true, true): .always
    case (true, false): KernelQuestion(cases: [Case(family: .ipv4, parts: [])])
    case (false, true): KernelQuestion(cases: [Case(family: .ipv6, parts: [])])
    case (false, false): .never
    }
  }

  /// In a packet of IPv6 without a fragment header the offset is 0.
  private static func fragments(_ range: ClosedRange<UInt64>) -> KernelQuestion {
    let part = compare("ip frag-off & 0x1fff", range, 0...8191)
    guard part.no != nil else { return .always }
    guard part.yes != Case.impossible else { return .never }
    var cases = [Case(family: .ipv4, parts: [part])]
    cases.append(Case(family: .ipv6, parts: [compare("frag frag-off", range, 0...8191)]))
    let missing = Case(family: .ipv6, parts: [Part(yes: "exthdr frag missing", no: nil)])
    if range.contains(0) { cases.append(missing) }
    // nftables does not compare what is lacking.
    var contrary = cases.prefix(2).map {
      Case(family: $0.family, parts: $0.parts.map { Part(yes: $0.no ?? "", no: nil) })
    }
    if !range.contains(0) { contrary.append(missing) }
    return KernelQuestion(cases: cases, contrary: contrary)
  }

  private static func port(_ side: String, _ range: ClosedRange<UInt64>, _ facts: KernelFacts) -> KernelQuestion {
    var question = KernelQuestion()
    if !facts.laterFragments.isEmpty { question.guards = [.laterFragments] }
    switch facts.protocolNumber {
    case 6: question.cases = [Case(parts: [compare("tcp \(side)", range, 0...65_535)])]
    case 17: question.cases = [Case(parts: [compare("udp \(side)", range, 0...65_535)])]
    case .some: return .never
    case nil:
      let hasPorts = Part(yes: "meta l4proto { tcp, udp }", no: "meta l4proto != { tcp, udp }")
      question.cases = [Case(parts: [hasPorts, compare("th \(side)", range, 0...65_535)])]
    }
    question.cases = question.cases.compactMap(\.possible)
    return question
  }

  private static func icmp(
    _ subject: String, _ family: Family, _ range: ClosedRange<UInt64>, _ facts: KernelFacts
  ) -> KernelQuestion {
    var number = compare(subject, range, 0...255)
    if number.yes == Case.impossible { return .never }
    if number.no == nil { number.yes = "\(subject) >= 0" }
    let isICMP =
      family == .ipv4
      ? Part(yes: "ip protocol icmp", no: "ip protocol != icmp")
      : Part(yes: "meta l4proto ipv6-icmp", no: "meta l4proto != ipv6-icmp")
    return inHeader(isICMP, number, [family], facts)
  }

  /// A question that later fragments, which have no such header, do not satisfy; nftables would read their data.
  private static func inHeader(
    _ hasHeader: Part, _ value: Part, _ families: [Family], _ facts: KernelFacts
  ) -> KernelQuestion {
    guard !facts.laterFragments.isEmpty else {
      return KernelQuestion(cases: [Case(family: families.count == 1 ? families[0] : nil, parts: [hasHeader, value])])
    }
    var question = KernelQuestion(contrary: [])
    for family in [Family.ipv4, .ipv6] {
      func add(_ texts: [String?]) {
        let parts = texts.compactMap { $0.map { Part(yes: $0, no: nil) } }
        if parts.count == texts.count { question.contrary?.append(Case(family: family, parts: parts)) }
      }
      guard families.contains(family) else {
        add([])
        continue
      }
      let isIPv4 = family == .ipv4
      add([hasHeader.no])
      add([hasHeader.yes, isIPv4 ? "ip frag-off & 0x1fff != 0" : "frag frag-off != 0"])
      for first in isIPv4 ? ["ip frag-off & 0x1fff 0"] : ["exthdr frag missing", "frag frag-off 0"] {
        question.cases.append(Case(family: family, parts: [hasHeader, Part(yes: first, no: nil), value]))
        add([hasHeader.yes, first, value.no])
      }
    }
    return question
  }

  private static func hardware(_ subject: String, _ range: ClosedRange<UInt64>) -> KernelQuestion {
    let isEthernet = Part(yes: "meta iiftype ether", no: "meta iiftype != ether")
    let address = compare(
      subject, range, 0...0xFFFF_FFFF_FFFF, hardwareAddress,
      ends: { "\(hardwareAddress($0.lowerBound))-\(hardwareAddress($0.upperBound))" })
    return KernelQuestion(cases: [Case(parts: [isEthernet, address])].compactMap(\.possible))
  }

  /// `02:00:5e:10:00:01`.
  private static func hardwareAddress(_ value: UInt64) -> String {
    (0..<6).reversed().map { index in
      let byte = String(value >> (UInt64(index) * 8) & 0xFF, radix: 16)
      return byte.count == 1 ? "0\(byte)" : byte
    }.joined(separator: ":")
  }

  // MARK: The rest

  /// Mapped addresses in IPv6 packets are sent away before.
  private static func address(_ endpoint: Endpoint, _ range: AddressRange) -> KernelQuestion {
    let side = endpoint == .source ? "saddr" : "daddr"
    let subject = range.first.isIPv4 ? "ip \(side)" : "ip6 \(side)"
    let family: Family = range.first.isIPv4 ? .ipv4 : .ipv6
    let isWhole = range.prefixLength == (range.first.isIPv4 ? 96 : 0)
    let part = isWhole ? Part(yes: "", no: nil) : Part(yes: "\(subject) \(range)", no: "\(subject) != \(range)")
    return KernelQuestion(cases: [Case(family: family, parts: [part])])
  }

  /// External is what is not internal; an interface that the document does not list is, but for the loopback.
  private static func interface(_ pattern: Int32, _ document: CompiledDocument, _ direction: Direction)
    -> KernelQuestion
  {
    guard document.program.interfaces.indices.contains(Int(pattern)) else { return .never }
    let subject = direction == .inbound ? "iifname" : "oifname"
    let isLoopbackListed = document.ruleSet.interfaces.contains { $0.name == "lo" }
    let inside = document.interfaces { !$0.isExternal } + (isLoopbackListed ? [] : ["lo"])
    switch document.program.interfaces[Int(pattern)] {
    case .internal: return named(inside, subject)
    case .external:
      var question = named(inside, subject)
      for index in question.cases.indices {
        question.cases[index].parts = question.cases[index].parts.map { Part(yes: $0.no ?? "", no: $0.yes) }
      }
      return question.cases.isEmpty && question.unknown == nil ? .always : question
    case .named(let name): return named([name], subject)
    case .prefixed(let start):
      if start.isEmpty { return .always }
      return start.utf8.count >= 15 ? .never : named([start], subject, ending: "*")
    }
  }

  private static func named(_ names: [String], _ subject: String, ending: String = "") -> KernelQuestion {
    let names = names.filter { $0.utf8.count <= 15 }
    guard names.allSatisfy(QueueFeed.isUsable) else { return .unknown("nftables cannot name the interface") }
    guard let first = names.first else { return .never }
    let value =
      names.count == 1 ? "\"\(first)\(ending)\"" : "{ " + names.map { "\"\($0)\"" }.joined(separator: ", ") + " }"
    return KernelQuestion(cases: [Case(parts: [Part(yes: "\(subject) \(value)", no: "\(subject) != \(value)")])])
  }

  private static func flags(_ on: UInt8, _ off: UInt8, _ facts: KernelFacts) -> KernelQuestion {
    let (mask, value) = (flagText(on | off), flagText(on))
    let isTCP = Part(yes: "meta l4proto tcp", no: "meta l4proto != tcp")
    let flags =
      on | off == 0
      ? Part(yes: "tcp doff >= 0", no: nil)
      : Part(yes: "tcp flags & \(mask) == \(value)", no: "tcp flags & \(mask) != \(value)")
    return inHeader(isTCP, flags, [.ipv4, .ipv6], facts)
  }

  private static func flagText(_ flags: UInt8) -> String {
    let names = ["fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"]
    let listed = names.indices.filter { flags & (1 << UInt8($0)) != 0 }.map { names[$0] }
    switch listed.count {
    case 0: return "0x0"
    case 1: return listed[0]
    default: return "(" + listed.joined(separator: " | ") + ")"
    }
  }

  /// Only by their usual byte, and only if the list is sound (see `EarlyTest`).
  private static func ipOptions(_ list: Int32, _ noneOf: Bool, _ program: Program) -> KernelQuestion {
    guard program.optionLists.indices.contains(Int(list)) else { return .never }
    let names = program.optionLists[Int(list)].map { EarlyTest.optionNames[$0] }
    let known = names.compactMap { $0 }
    let isSure = !noneOf && !known.isEmpty && known.count == names.count
    var question = noneOf ? KernelQuestion.always : .never
    question.sure = isSure ? [known.map { "ip option \($0) exists" }.joined(separator: " ")] : []
    question.guards = [.ipOptions]
    return question
  }

  /// What nftables does not find is not there; what it finds may be behind the end of the list.
  private static func tcpOptions(_ list: Int32, _ noneOf: Bool, _ program: Program) -> KernelQuestion {
    guard program.optionLists.indices.contains(Int(list)) else { return .never }
    var question = noneOf ? KernelQuestion.always : .never
    let kinds = program.optionLists[Int(list)]
    question.guards = noneOf ? kinds.map { .tcpOptions([$0]) } : [.tcpOptions(kinds)]
    return question
  }

  /// The kernel's clock in whole seconds. Times before 1970 and after the year 2200 are never and always to come.
  private static func time(_ range: ClosedRange<Int64>) -> KernelQuestion {
    let end: Int64 = 7_258_118_400
    guard range.upperBound >= 0, range.lowerBound < end else { return .never }
    var parts: [Part] = []
    if range.lowerBound > 0 {
      parts.append(Part(yes: "meta time >= \(range.lowerBound)", no: "meta time < \(range.lowerBound)"))
    }
    if range.upperBound < end {
      parts.append(Part(yes: "meta time < \(range.upperBound + 1)", no: "meta time >= \(range.upperBound + 1)"))
    }
    return KernelQuestion(cases: [Case(parts: parts)])
  }
}

extension KernelQuestion.Case {
  /// Stands for a part that never holds.
  fileprivate static let impossible = "\u{0}"

  fileprivate var possible: Self? { parts.contains { $0.yes == Self.impossible } ? nil : self }
}
