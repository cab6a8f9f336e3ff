public import SentryPacket
public import SentryRules

/// A document as a ruleset of nftables: what the kernel can decide of it by itself, and what it cannot.
///
/// Everything up to the first rule that nftables cannot decide is exact, on each path that a packet can take: verdicts, tables of
/// addresses, and counters. Packets that come to such a rule go to chain `undecided`, and nothing more is known of them.
public struct CompiledRuleset: Sendable {
  /// What becomes of packets that nftables cannot decide about.
  public enum UndecidedPolicy: String, Sendable, CaseIterable {
    case accept
    case drop
  }

  /// A rule that the ruleset does not carry out, or not for all packets.
  public struct Gap: Sendable, Equatable {
    public enum Outcome: String, Sendable {
      /// Packets for which the reason holds go to chain `undecided`.
      case undecided
      /// It changes no verdict and no table, so it, or what it tells, is left out.
      case leftOut
    }

    /// Its place in document order.
    public var rule: Int
    public var number: String
    /// Where this is so; `nil` for both.
    public var direction: Direction?
    public var outcome: Outcome
    public var reason: String
  }

  /// For `nft -f`: makes the table anew.
  public let text: String
  /// In document order.
  public let gaps: [Gap]
  /// The name of the counter of each rule that the ruleset decides about, by the rule's place in document order.
  public let counters: [Int: String]

  public static let table = "sentry-compiled"

  /// - Parameter name: how the ruleset's first line calls the document.
  public init(_ ruleSet: RuleSet, name: String, undecided: UndecidedPolicy = .accept) {
    let document = CompiledDocument(ruleSet)
    var chains: [CompiledChain] = []
    var gaps: [Gap] = []
    var counted: Set<Int> = []
    var helpers: [String: CompiledChain] = [:]
    for direction in [Direction.inbound, .outbound] {
      var lowering = RulesetLowering(document, direction)
      lowering.run()
      chains += lowering.chains
      helpers.merge(lowering.helpers) { first, _ in first }
      gaps.merge(lowering.gaps)
      counted.formUnion(lowering.counted)
    }
    chains += helpers.values.sorted { $0.name < $1.name }
    self.gaps = gaps.sorted { $0.rule < $1.rule }
    counters = Dictionary(uniqueKeysWithValues: counted.map { ($0, document.counterName(ofRule: $0)) })
    let listing = RulesetListing(
      document: document, name: name, chains: chains, gaps: self.gaps, counted: counted.sorted(), undecided: undecided)
    text = listing.text
  }
}

extension [CompiledRuleset.Gap] {
  /// Adds those of the other direction; what holds in both is told once.
  fileprivate mutating func merge(_ others: [CompiledRuleset.Gap]) {
    for other in others {
      let twin = firstIndex { $0.rule == other.rule && $0.outcome == other.outcome && $0.reason == other.reason }
      if let twin, self[twin].direction != other.direction { self[twin].direction = nil } else { append(other) }
    }
  }
}

/// A chain of the ruleset, line by line.
struct CompiledChain {
  var name: String
  /// What stands above it as a comment.
  var title: String
  var lines: [String] = []
}

/// A rule set, its program, and the names that the ruleset gives its rules.
struct CompiledDocument {
  let ruleSet: RuleSet
  let program: Program
  /// By instruction, the instruction of the rule above; -1 at the top level.
  let parents: [Int]
  let tables: Set<AddressTableKind>
  let asksForAddresses: Bool

  init(_ ruleSet: RuleSet) {
    self.ruleSet = ruleSet
    program = ruleSet.program()
    var positions: [Int32: Int] = [-1: -1]
    var parents: [Int] = []
    for (position, instruction) in program.instructions.enumerated() {
      positions[instruction.rule] = position
      parents.append(positions[instruction.parent] ?? -1)
    }
    self.parents = parents
    tables = Set(program.instructions.flatMap(\.tables) + [.invalid])
    asksForAddresses =
      program.instructions.contains { instruction in
        if case .address = instruction.test { true } else { !instruction.tables.isEmpty }
      }
  }

  var count: Int { program.instructions.count }

  func end(of position: Int) -> Int { Int(program.instructions[position].afterSubtree) }

  func rule(at position: Int) -> Rule { ruleSet.rules[Int(program.instructions[position].rule)] }

  func counterName(ofRule rule: Int) -> String { "r" + identifier(ruleSet.rules[rule].number) }

  func identifier(_ number: String) -> String { number.replacing(".", with: "_") }

  /// `2.1.5 its name`, as a comment can hold it: comments of nftables have 127 bytes and no quotes.
  func comment(at position: Int) -> String { comment(ofRule: Int(program.instructions[position].rule)) }

  func comment(ofRule index: Int) -> String {
    let rule = ruleSet.rules[index]
    return "\(rule.number) \(rule.name)".asComment
  }

  /// The system's names of listed interfaces for which this holds.
  func interfaces(where holds: (InterfaceEntry) -> Bool) -> [String] { ruleSet.interfaces.filter(holds).map(\.name) }
}

extension String {
  /// One line without what nftables takes for the end of a comment, of at most 100 bytes.
  var asComment: String {
    var text = ""
    for character in self {
      let isPlain = !character.unicodeScalars.contains {
        $0.value < 0x20 || $0.value == 0x7F || "\"\\".unicodeScalars.contains($0)
      }
      let next = isPlain ? String(character) : " "
      guard text.utf8.count + next.utf8.count <= 100 else { break }
      text += next
    }
    while text.last == " " { text.removeLast() }
    return text
  }
}

extension Program.Instruction {
  /// The tables of addresses that it asks or fills.
  var tables: [AddressTableKind] {
    var tables: [AddressTableKind] = []
    if case .table(let kind) = test { tables.append(kind) }
    if let kind = operation.filledTable { tables.append(kind) }
    return tables
  }
}

extension SentryRules.Operation {
  /// The table that the source address enters.
  var filledTable: AddressTableKind? {
    switch self {
    case .trigger: .trigger
    case .keepAddress: .address
    case .keepInvalid: .invalid
    case .authorize: .authorize
    default: nil
    }
  }
}
