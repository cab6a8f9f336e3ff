// Where to go on among many siblings.
//
// A test that fails has no effect, so a sibling that cannot match need not be asked. Where many siblings under one parent ask for the
// same number, for addresses, or for words in the payload, they are a *group*, and the group's index yields those that match, or may
// match, in document order. Words elsewhere are found together all the same, so that a packet's payload is looked through once. All siblings of such a parent are a *family*; those that are in no group are asked one by one.

internal import SentryPacket
internal import SentryRules

struct SiblingIndex: Sendable {
  struct Family: Sendable {
    let groups: Range<Int32>
    /// The position after the last sibling and all below it.
    let end: Int32
    /// All groups ask for numbers.
    let isNumeric: Bool
    /// The first rule of a group whose answers may change within a flow (`Steadiness`).
    let unsteadyRule: Int32?
  }

  enum Group: Sendable {
    /// Of the number at `field`; index into `numberLists`.
    case number(field: UInt8, lists: Int32)
    /// Index into `addressLists`.
    case address(Endpoint, lists: Int32)
    /// Index into `wordLists`.
    case words(lists: Int32)
  }

  private(set) var families: [Family] = []
  private(set) var groups: [Group] = []
  private(set) var numberLists: [IntervalLists<UInt64>] = []
  private(set) var addressLists: [IntervalLists<UInt128>] = []
  private(set) var wordLists: [WordLists] = []
  /// By position: the first sibling from there on that is in no group; empty where there is no family.
  private(set) var nextPlain: [Int32] = []
  /// Index into `wordLists` of the words that are in no group; `nil` if there are fewer than two.
  private(set) var looseWords: Int32?
  private var groupedWordSteps: Set<Int32> = []
  /// The steps that ask for them.
  private(set) var looseWordSteps: Set<Int32> = []
  /// By position: the sibling's family; -1 for none.
  private(set) var familyNumbers: [Int32] = []

  /// As many siblings are a group.
  static var usualGroup: Int { 8 }

  /// - Parameters:
  ///   - steps: those of `program`.
  ///   - least: siblings that are a group.
  init(_ steps: [Step], of program: Program, groupsFrom least: Int = SiblingIndex.usualGroup) {
    var siblings: [Int32: [Int32]] = [:]
    for (position, step) in steps.enumerated() { siblings[step.parent, default: []].append(Int32(position)) }
    familyNumbers = Array(repeating: -1, count: steps.count)
    for (_, family) in siblings.sorted(by: { $0.key < $1.key }) where family.count >= least {
      add(family, steps, program, least)
    }
    addLooseWords(program)
  }

  /// Words that few siblings ask for are looked for together, too.
  private mutating func addLooseWords(_ program: Program) {
    let words = program.instructions.indices.compactMap { position -> (content: Int32, place: Int32)? in
      guard case .content(let pattern) = program.instructions[position].test,
        case .payload = program.contents[Int(pattern)].start, !groupedWordSteps.contains(Int32(position))
      else { return nil }
      return (content: pattern, place: Int32(position))
    }
    guard words.count > 1 else { return }
    looseWords = Int32(wordLists.count)
    looseWordSteps = Set(words.map(\.place))
    wordLists.append(WordLists(words, of: program.contents))
  }

  private mutating func add(_ positions: [Int32], _ steps: [Step], _ program: Program, _ least: Int) {
    var members: [Trait: [Int32]] = [:]
    for position in positions {
      guard let trait = Trait(steps[Int(position)], program.instructions[Int(position)], program.contents) else {
        continue
      }
      members[trait, default: []].append(position)
    }
    members = members.filter { $0.value.count >= least }
    guard let end = positions.last.map({ steps[Int($0)].afterSubtree }), !members.isEmpty else { return }
    let first = Int32(groups.count)
    for (trait, positions) in members.sorted(by: { $0.value[0] < $1.value[0] }) {
      groups.append(group(of: trait, positions, steps, program))
    }
    let unsteady = members.filter { !$0.key.isSteady }.compactMap(\.value.first).min()
    families.append(
      Family(
        groups: first..<Int32(groups.count), end: end, isNumeric: members.keys.allSatisfy(\.isNumber),
        unsteadyRule: unsteady.map { steps[Int($0)].rule }))
    if nextPlain.isEmpty { nextPlain = Array(repeating: 0, count: steps.count) }
    let grouped = Set(members.values.joined())
    var next = end
    for position in positions.reversed() {
      if !grouped.contains(position) { next = position }
      nextPlain[Int(position)] = next
      familyNumbers[Int(position)] = Int32(families.count - 1)
    }
  }

  private mutating func group(
    of trait: Trait, _ positions: [Int32], _ steps: [Step], _ program: Program
  ) -> Group {
    switch trait {
    case .number(let field):
      numberLists.append(
        IntervalLists(
          positions.flatMap { position in
            steps[Int(position)].ranges.map { (range: $0, place: position) }
          }))
      return .number(field: field, lists: Int32(numberLists.count - 1))
    case .source, .destination:
      addressLists.append(
        IntervalLists(
          positions.compactMap { position in
            guard case .address(_, let range) = program.instructions[Int(position)].test else { return nil }
            return (range: UInt128(range.first)...UInt128(range.last), place: position)
          }))
      return .address(trait == .source ? .source : .destination, lists: Int32(addressLists.count - 1))
    case .words:
      let words = positions.compactMap { position -> (content: Int32, place: Int32)? in
        guard case .content(let pattern) = program.instructions[Int(position)].test else { return nil }
        return (content: pattern, place: position)
      }
      wordLists.append(WordLists(words, of: program.contents))
      groupedWordSteps.formUnion(words.lazy.map(\.place))
      return .words(lists: Int32(wordLists.count - 1))
    }
  }
}

/// What siblings have in common that one index can answer.
private enum Trait: Hashable {
  case number(field: UInt8)
  /// IPv6 addresses; those of IPv4 are numbers.
  case source, destination
  case words

  init?(_ step: Step, _ instruction: Program.Instruction, _ contents: [ContentPattern]) {
    switch instruction.test {
    case _ where step.test == .number:
      guard step.mask == .max, step.field != NumberSlot.constant.rawValue else { return nil }
      self = .number(field: step.field)
    case .address(let endpoint, _) where !instruction.isNegated:
      self = endpoint == .source ? .source : .destination
    case .content(let pattern) where !instruction.isNegated:
      guard case .payload = contents[Int(pattern)].start else { return nil }
      self = .words
    default: return nil
    }
  }

  var isNumber: Bool {
    if case .number = self { true } else { false }
  }

  var isSteady: Bool {
    switch self {
    case .number(let field): NumberField(rawValue: field)?.isSteady ?? true
    case .source, .destination: true
    case .words: false
    }
  }
}

extension Step {
  /// The numbers that match, `absent` included, of a step that asks for all bits of one.
  fileprivate var ranges: [ClosedRange<UInt64>] {
    let upper = lower + width
    guard isNegated else { return [lower...upper] }
    return (lower > 0 ? [0...(lower - 1)] : []) + [(upper + 1)...PacketNumbers.absent]
  }
}

extension UInt128 {
  init(_ address: IPAddress) { self = UInt128(address.high) << 64 | UInt128(address.low) }
}
