// How a tree of rules becomes chains.
//
// The rules below a rule are a chain of their own, to which the rule jumps; where the chain ends, the walk comes back to the next
// rule, as in the document. A final action with rules below it goes to its chain for good, and the chain ends with its verdict: what
// ends the walk there only ends the counting.
//
// `++` and `Exit group` lead forward to a rule further down, maybe out of several chains. nftables comes back one chain at a time,
// so a chain that is left in this way is gone to, not jumped to, and where it ends it goes on with a chain that has the rest of the
// list: `from_…`. Such chains are made in document order, after all that lead there.
//
// The kernel follows sixteen chains, one out of the other. What stands deeper is not decided.

internal import SentryPacket
internal import SentryRules

/// Turns the rules into chains, for packets of one direction.
struct RulesetLowering {
  private let document: CompiledDocument
  private let direction: Direction
  /// Instructions at which a chain of their own begins, because something leads there from elsewhere.
  private let splits: Set<Int>
  /// Rules whose chain is left for a place further down.
  private let escapes: Set<Int>
  private(set) var chains: [CompiledChain] = []
  private(set) var gaps: [CompiledRuleset.Gap] = []
  /// Places in document order of the rules that count.
  private(set) var counted: Set<Int> = []
  /// Chains `from_…` that are still to be made, by their first instruction.
  private var pending: [Int: (frame: Frame, level: Int)] = [:]
  /// Chains that all rules and both directions share.
  private(set) var helpers: [String: CompiledChain] = [:]

  /// The chains that are come back from at the same place.
  private struct Frame {
    /// The instruction there.
    var end: Int
    /// What leads there: `return`, or a verdict.
    var exit: String
    /// The verdict that was given already: what else would end the walk gives this one.
    var verdict: String?
  }

  /// Where lines are written.
  private struct Place {
    var chain: Int
    var frame: Frame
    /// Chains between it and the hook.
    var level: Int
  }

  /// Below it there is room for the verdicts that are chains, for the tables, and for chain `undecided`.
  private static let levelLimit = 13

  init(_ document: CompiledDocument, _ direction: Direction) {
    self.document = document
    self.direction = direction
    (escapes, splits) = Self.jumps(in: document)
  }

  private static func jumps(in document: CompiledDocument) -> (escapes: Set<Int>, splits: Set<Int>) {
    var escapes: Set<Int> = []
    let instructions = document.program.instructions
    func isFinal(_ position: Int) -> Bool { instructions[position].operation.isTerminating }
    for (position, instruction) in instructions.enumerated() where !isFinal(position) {
      var above = document.parents[position]
      while above >= 0, !isFinal(above), instruction.afterMatch > instructions[above].afterSubtree {
        escapes.insert(above)
        above = document.parents[above]
      }
    }
    var splits: Set<Int> = []
    for (position, instruction) in instructions.enumerated() where !isFinal(position) {
      var owner = document.parents[position]
      while owner >= 0, escapes.contains(owner) { owner = document.parents[owner] }
      let end = owner < 0 ? document.count : document.end(of: owner)
      if instruction.afterMatch > instruction.afterSubtree, instruction.afterMatch < end {
        splits.insert(Int(instruction.afterMatch))
      }
      if escapes.contains(position), instruction.afterSubtree < end { splits.insert(Int(instruction.afterSubtree)) }
    }
    return (escapes, splits)
  }

  private var prefix: String { direction == .inbound ? "in" : "out" }

  mutating func run() {
    startBase()
    let frame = Frame(end: document.count, exit: "accept")
    _ = lowerList(0..<document.count, Place(chain: 0, frame: frame, level: 0), KernelFacts())
    while let position = pending.keys.min(), let (frame, level) = pending.removeValue(forKey: position) {
      let title = "from rule \(document.rule(at: position).number) on"
      let chain = open("\(prefix)_from_\(document.identifier(document.rule(at: position).number))", title)
      let owner = document.parents[position]
      let end = owner < 0 ? document.count : document.end(of: owner)
      _ = lowerList(position..<end, Place(chain: chain, frame: frame, level: level), KernelFacts())
    }
  }

  // MARK: Before the rules

  private mutating func startBase() {
    let hook = direction == .inbound ? "prerouting priority -450" : "postrouting priority -150"
    let title = direction == .inbound ? "what arrives, ahead of defragmentation" : "what leaves, ahead of NAT"
    let base = open(direction == .inbound ? "inbound" : "outbound", title)
    write("type filter hook \(hook); policy accept;", to: base)
    let name = direction == .inbound ? "iifname" : "oifname"
    if direction == .outbound { write("oifname \"lo\" accept comment \"counts when it arrives\"", to: base) }
    if document.ruleSet.settings.blockIPv6, !document.ruleSet.settings.observe {
      let condition = direction == .inbound ? "iifname != \"lo\" " : ""
      write("\(condition)meta nfproto ipv6 counter name r0_blocked_IPv6 drop comment \"0 IPv6 is blocked\"", to: base)
    }
    addHeaderChecks()
    write("jump headers", to: base)
    let unfiltered = document.interfaces { !$0.isFiltered }.filter(QueueFeed.isUsable)
    if !unfiltered.isEmpty {
      let names = unfiltered.map { "\"\($0)\"" }.joined(separator: ", ")
      write("\(name) { \(names) } accept comment \"not filtered\"", to: base)
    }
    write(
      "meta nfproto ipv6 meta l4proto { 135, 139, 140 } goto undecided comment \"nftables does not read beyond\"",
      to: base)
    if document.asksForAddresses {
      for side in ["saddr", "daddr"] {
        write("ip6 \(side) ::ffff:0:0/96 goto undecided comment \"an IPv4 address to sentry\"", to: base)
      }
    }
  }

  /// Rule 0. A header is whole if its last byte is there.
  private mutating func addHeaderChecks() {
    let settings = document.ruleSet.settings
    let verdict = settings.malformed == .delete && !settings.observe ? "drop" : "accept"
    let keeping = keep(.invalid)
    let whole = (5...15).map { "tcp doff \($0) @th,\($0 * 32 - 8),8 >= 0 return" }
    let lines =
      [
        "meta l4proto != { tcp, udp, icmp, ipv6-icmp } return",
        "ip frag-off & 0x1fff != 0 return comment \"later fragments have no headers\"",
        "frag frag-off != 0 meta l4proto >= 0 return",
        "meta nfproto ipv4 meta l4proto ipv6-icmp return",
        "meta nfproto ipv6 meta l4proto icmp return",
        "meta l4proto { udp, icmp, ipv6-icmp } @th,56,8 >= 0 return",
      ] + whole + [
        "meta l4proto tcp jump \(keeping)",
        "meta l4proto tcp counter name r0_short_TCP_header \(verdict) comment \"0 short TCP header\"",
        "meta l4proto { udp, icmp, ipv6-icmp } counter name r0_short_header \(verdict) comment \"0 short header\"",
        "goto undecided comment \"nftables cannot find the end of its headers\"",
      ]
    addHelper("headers", "rule 0: is the packet whole?", lines)
  }

  // MARK: Lists

  /// - Returns: what is known of packets that come past the list; `nil` if none do.
  private mutating func lowerList(_ list: Range<Int>, _ place: Place, _ facts: KernelFacts) -> KernelFacts? {
    var facts = facts
    var position = list.lowerBound
    while position < list.upperBound {
      if position > list.lowerBound, splits.contains(position) {
        write(leading(to: position, place), to: place.chain)
        return nil
      }
      guard lowerRule(position, place, &facts) else { return nil }
      position = document.end(of: position)
    }
    if list.upperBound < place.frame.end {
      write(leading(to: list.upperBound, place), to: place.chain)
      return nil
    }
    if place.frame.exit != "return" { write(place.frame.exit, to: place.chain) }
    return facts
  }

  /// - Returns: whether packets come past it.
  private mutating func lowerRule(_ position: Int, _ place: Place, _ facts: inout KernelFacts) -> Bool {
    let instruction = document.program.instructions[position]
    guard instruction.observation == .none else {
      note(position, .leftOut, "it is only observed, which nftables cannot")
      return true
    }
    if case .idleSeconds = instruction.test {
      note(position, .leftOut, "it is asked by the clock, which nftables has not")
      return true
    }
    let question = KernelQuestion(instruction.test, document, direction, facts)
    if let reason = question.unknown {
      guard hasEffects(position) else {
        note(position, .leftOut, reason)
        return true
      }
      return giveUp(position, [("", "")], reason, place)
    }
    let matches = question.matches(isNegated: instruction.isNegated)
    let obstacle = obstacle(position, place)
    let sure = obstacle == nil && instruction.operation.isTerminating && !instruction.isNegated ? question.sure : []
    if !sure.isEmpty {
      let tail = tail(of: position, place, facts)
      carryOut(position, sure.map { ($0, "") }, tail, place)
    }
    sendAway(question.guards, position, place, &facts)
    guard !matches.isEmpty else { return true }
    if let obstacle { return giveUp(position, matches, obstacle, place) }
    let tail = tail(of: position, place, facts)
    carryOut(position, matches, tail, place)
    return goOn(after: position, isAlways: Self.isAlways(matches), tail, &facts)
  }

  private static func isAlways(_ matches: [KernelQuestion.Match]) -> Bool { matches.contains { $0.text.isEmpty } }

  private mutating func giveUp(
    _ position: Int, _ matches: [KernelQuestion.Match], _ reason: String, _ place: Place
  ) -> Bool {
    note(position, .undecided, reason)
    for match in matches { write("\(match.text) goto undecided", to: place.chain, about: position) }
    return !Self.isAlways(matches)
  }

  /// What nftables sees otherwise must not come to the rule, unless nothing depends on it.
  private mutating func sendAway(
    _ guards: [KernelQuestion.Guard], _ position: Int, _ place: Place, _ facts: inout KernelFacts
  ) {
    let isNeeded = hasEffects(position)
    for guarded in guards {
      note(position, isNeeded ? .undecided : .leftOut, guarded.reason)
      guard isNeeded else { continue }
      for match in guarded.matches { write("\(match) goto undecided", to: place.chain, about: position) }
      if guarded == .laterFragments { facts.laterFragments = [] }
    }
  }

  private mutating func carryOut(_ position: Int, _ matches: [KernelQuestion.Match], _ tail: Tail, _ place: Place) {
    let rule = Int(document.program.instructions[position].rule)
    counted.insert(rule)
    let counter = "counter name \(document.counterName(ofRule: rule))"
    for match in matches {
      let words = [match.text, match.statement, counter, log(position), tail.text]
      write(words.filter { !$0.isEmpty }.joined(separator: " "), to: place.chain, about: position)
    }
  }

  private mutating func log(_ position: Int) -> String {
    switch document.program.instructions[position].operation {
    case .log: return "log prefix \"\(document.comment(at: position)): \""
    case .dontLog where hasLog: note(position, .leftOut, "Log rules write in nftables whatever Dont log says")
    case .alert, .email, .url, .script: note(position, .leftOut, "only the daemon can tell")
    case .resetParent: note(position, .leftOut, "nftables sets no counter back")
    default: break
    }
    return ""
  }

  private var hasLog: Bool { document.program.instructions.contains { $0.operation == .log } }

  private func goOn(after position: Int, isAlways: Bool, _ tail: Tail, _ facts: inout KernelFacts) -> Bool {
    guard tail.comesBack else {
      if let matched = fragments(position) { facts.laterFragments = facts.laterFragments.without(matched) }
      return !isAlways
    }
    guard isAlways, let below = tail.below else { return true }
    switch below {
    case .ends: return false
    case .comesPast(let later): facts.laterFragments = later
    }
    return true
  }

  /// The fragment offsets that the rule asks for.
  private func fragments(_ position: Int) -> [ClosedRange<UInt64>]? {
    let instruction = document.program.instructions[position]
    guard case .number(.fragmentOffset, let range) = instruction.test else { return nil }
    return instruction.isNegated ? [0...8191].without([range]) : [range]
  }

  // MARK: After a match

  private struct Tail {
    enum Below {
      case ends
      /// With later fragments of these offsets.
      case comesPast([ClosedRange<UInt64>])
    }
    var text = ""
    /// To the next rule in the list.
    var comesBack: Bool
    /// What comes out of the rules below, where that is known.
    var below: Below?
  }

  /// Why nftables cannot do what the rule does.
  private func obstacle(_ position: Int, _ place: Place) -> String? {
    let instruction = document.program.instructions[position]
    let hasChain = instruction.afterSubtree > position + 1 || instruction.operation.filledTable != nil
    if hasChain, place.level >= Self.levelLimit { return "nftables follows no more than sixteen chains" }
    switch instruction.operation {
    case .rateLimit, .rateLimitIn, .rateLimitOut: return "nftables cannot slow a connection down"
    case _ where place.frame.verdict != nil: return nil
    case .trigger where document.ruleSet.settings.triggerProof != .none:
      return "nftables cannot ask for 'triggerProof = \(document.ruleSet.settings.triggerProof.rawValue)'"
    case .dropConnection: return "nftables cannot close a connection"
    case .delay where direction == .inbound: return "nftables cannot delay"
    case .routeTo: return "nftables cannot choose the next hop"
    case .reject where direction == .outbound: return "nftables cannot answer where outbound packets are judged"
    default: return nil
    }
  }

  /// Makes the chain of the rules below, if they are walked.
  private mutating func tail(of position: Int, _ place: Place, _ facts: KernelFacts) -> Tail {
    let instruction = document.program.instructions[position]
    let end = Int(instruction.afterSubtree)
    if instruction.operation.isTerminating {
      let verdict = place.frame.verdict ?? verdict(instruction.operation)
      let isWalked = place.frame.verdict == nil && instruction.operation.runsChildren && end > position + 1
      if !isWalked, instruction.operation != .trigger { return Tail(text: verdict, comesBack: false) }
      if !isWalked, verdict == "drop" {
        let keeping = keep(.trigger)
        addHelper("delete_and_trigger", "remembers who sent it, and deletes", ["jump \(keeping)", "drop"])
        return Tail(text: "goto delete_and_trigger", comesBack: false)
      }
      let frame = Frame(end: end, exit: verdict, verdict: verdict)
      let chain = chain(below: position, isWalked ? position + 1..<end : end..<end, place, frame, facts)
      return Tail(text: "goto \(chain.name)", comesBack: false)
    }
    let target = Int(instruction.afterMatch)
    if target > end { return Tail(text: leading(to: target, place), comesBack: false) }
    if target == end {
      return Tail(text: instruction.operation.filledTable.map { "jump \(keep($0))" } ?? "", comesBack: true)
    }
    let isLeft = escapes.contains(position)
    let frame = isLeft ? place.frame : Frame(end: end, exit: "return", verdict: place.frame.verdict)
    let chain = chain(below: position, target..<end, place, frame, facts)
    return Tail(
      text: "\(isLeft ? "goto" : "jump") \(chain.name)", comesBack: !isLeft, below: isLeft ? nil : chain.below)
  }

  private mutating func chain(
    below position: Int, _ list: Range<Int>, _ place: Place, _ frame: Frame, _ facts: KernelFacts
  ) -> (name: String, below: Tail.Below?) {
    let instruction = document.program.instructions[position]
    let name = "\(prefix)_\(document.identifier(document.rule(at: position).number))"
    if let known = chains.first(where: { $0.name == name }) { return (known.name, nil) }
    let chain = open(name, document.comment(at: position))
    if let kind = instruction.operation.filledTable { write("jump \(keep(kind))", to: chain) }
    var inner = facts
    if let matched = fragments(position) { inner.laterFragments = inner.laterFragments.within(matched) }
    if case .number(.protocolNumber, let range) = instruction.test, range.count == 1, !instruction.isNegated {
      inner.protocolNumber = range.lowerBound
    }
    let past = lowerList(list, Place(chain: chain, frame: frame, level: place.level + 1), inner)
    // Who leaves the list early comes back, too.
    let isStraight = !document.program.instructions[list].contains {
      $0.operation == .skip || $0.operation == .exitGroup
    }
    return (name, isStraight ? past.map { .comesPast($0.laterFragments) } ?? .ends : nil)
  }

  private mutating func leading(to target: Int, _ place: Place) -> String {
    if target >= place.frame.end { return place.frame.exit }
    guard place.level < Self.levelLimit else {
      note(target, .undecided, "nftables follows no more than sixteen chains")
      return "goto undecided"
    }
    let level = max(place.level + 1, pending[target]?.level ?? 0)
    pending[target] = (place.frame, level)
    return "goto \(prefix)_from_\(document.identifier(document.rule(at: target).number))"
  }

  private mutating func verdict(_ operation: SentryRules.Operation) -> String {
    switch operation {
    // Delay holds inbound packets only.
    case .pass, .delay: return "accept"
    case .reject:
      addHelper(
        "refuse", "refuses: TCP with a reset, all else with an ICMP message",
        ["meta l4proto tcp reject with tcp reset", "reject"])
      return "goto refuse"
    default: return "drop"
    }
  }

  /// The chain that enters the source into a table; by itself, so that a full set cannot keep a verdict from being given.
  private mutating func keep(_ kind: AddressTableKind) -> String {
    let name = "keep_\(kind.name)"
    addHelper(name, "remembers who sent it", AddressSets(kind: kind, settings: document.ruleSet.settings).updates)
    return name
  }

  private mutating func addHelper(_ name: String, _ title: String, _ lines: [String]) {
    helpers[name] = CompiledChain(name: name, title: title, lines: lines)
  }

  /// It, or a rule below it, does more than tell and count.
  private func hasEffects(_ position: Int) -> Bool {
    document.program.instructions[position..<document.end(of: position)].contains { instruction in
      if case .table = instruction.test, !instruction.isNegated { return true }
      return switch instruction.operation {
      case .next, .group, .log, .dontLog, .alert, .email, .url, .script, .resetParent: false
      default: true
      }
    }
  }

  // MARK: Writing

  private mutating func open(_ name: String, _ title: String) -> Int {
    chains.append(CompiledChain(name: name, title: title))
    return chains.count - 1
  }

  private mutating func write(_ line: String, to chain: Int, about position: Int? = nil) {
    let comment = position.map { " comment \"\(document.comment(at: $0))\"" } ?? ""
    chains[chain].lines.append((line.first == " " ? String(line.dropFirst()) : line) + comment)
  }

  private mutating func note(_ position: Int, _ outcome: CompiledRuleset.Gap.Outcome, _ reason: String) {
    let rule = Int(document.program.instructions[position].rule)
    let gap = CompiledRuleset.Gap(
      rule: rule, number: document.ruleSet.rules[rule].number, direction: direction, outcome: outcome, reason: reason)
    if !gaps.contains(gap) { gaps.append(gap) }
  }
}

extension SentryRules.Operation {
  /// The rules below it are walked when it has ended the walk.
  fileprivate var runsChildren: Bool { self != .delay && self != .routeTo }
}

extension [ClosedRange<UInt64>] {
  /// What of these lies in none of those.
  fileprivate func without(_ others: [ClosedRange<UInt64>]) -> Self {
    others.reduce(self) { rest, other in
      rest.flatMap { range -> Self in
        guard range.overlaps(other) else { return [range] }
        var parts: Self = []
        if range.lowerBound < other.lowerBound { parts.append(range.lowerBound...other.lowerBound - 1) }
        if range.upperBound > other.upperBound { parts.append(other.upperBound + 1...range.upperBound) }
        return parts
      }
    }
  }

  /// What of these lies in one of those.
  fileprivate func within(_ others: [ClosedRange<UInt64>]) -> Self { without([0...8191].without(others)) }
}
