// Where to go on among many siblings.
//
// A test that fails has no effect, so a sibling that cannot match need not be asked. Where many siblings under one parent ask for the
// same number, for addresses, for host names, or for words in the payload, they are a *group*, and the group's index yields those that
// match, or may match, in document order. Words elsewhere are found together all the same, so that a packet's payload is looked through
// once. All siblings of such a parent are a *family*; those that are in no group are asked one by one.
//
// Siblings that ask the same and are refined below are another matter: see `Cohorts.swift`.

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
    /// The same, of requests only.
    case keywords(lists: Int32)
    /// Index into `nameLists`.
    case names(NameKind, lists: Int32)
  }

  private(set) var families: [Family] = []
  private(set) var groups: [Group] = []
  private(set) var numberLists: [IntervalLists<UInt64>] = []
  private(set) var addressLists: [IntervalLists<UInt128>] = []
  private(set) var wordLists: [WordLists] = []
  private(set) var nameLists: [NameLists] = []
  private(set) var cohorts = Cohorts()
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
    let tree = StepTree(steps, program, groupsFrom: least)
    familyNumbers = Array(repeating: -1, count: steps.count)
    for parent in tree.parents {
      let siblings = tree.siblings(below: parent)
      // Right below a member they are known already.
      guard let first = siblings.first, !cohorts.hold(first) else { continue }
      let stretches = tree.finder.stretches(of: siblings)
      for stretch in stretches { add(stretch, tree) }
      if siblings.count >= least { add(familyOf: siblings, without: stretches, tree) }
    }
    cohorts.finish()
    addLooseWords(program)
  }

  /// Words that few siblings ask for are looked for together, too.
  private mutating func addLooseWords(_ program: Program) {
    let words = program.instructions.indices.compactMap { position -> Word? in
      guard case .content(let pattern) = program.instructions[position].test,
        !groupedWordSteps.contains(Int32(position))
      else { return nil }
      return Word(program.contents[Int(pattern)], place: Int32(position))
    }
    guard words.count > 1 else { return }
    looseWords = Int32(wordLists.count)
    looseWordSteps = Set(words.map(\.place))
    wordLists.append(WordLists(words))
  }

  /// - Parameter stretches: of them, only the first member of each counts as a sibling.
  private mutating func add(familyOf siblings: [Int32], without stretches: [StretchOutline], _ tree: StepTree) {
    let others = Self.others(siblings, without: stretches)
    let grouping = makeGroups(of: others, tree)
    guard !grouping.groups.isEmpty, let end = siblings.last.map({ tree.steps[Int($0)].afterSubtree }) else { return }
    families.append(
      Family(
        groups: grouping.groups, end: end, isNumeric: grouping.isNumeric, unsteadyRule: grouping.unsteadyRule))
    if nextPlain.isEmpty { nextPlain = Array(repeating: 0, count: tree.steps.count) }
    let plain = Set(grouping.plain + stretches.compactMap(\.first))
    var next = end
    for position in siblings.reversed() {
      if plain.contains(position) { next = position }
      nextPlain[Int(position)] = next
    }
    for position in others { familyNumbers[Int(position)] = Int32(families.count - 1) }
  }

  // MARK: Groups

  /// Siblings as an index knows them.
  private struct Grouping {
    var groups: Range<Int32>
    /// Those in no group, in order.
    var plain: [Int32]
    var isNumeric: Bool
    var unsteadyRule: Int32?
  }

  /// - Parameter readsHandshakes: false where it is not known which of them are asked before a server name.
  private mutating func makeGroups(
    of positions: [Int32], readsHandshakes: Bool = true, _ tree: StepTree
  ) -> Grouping {
    var members: [Trait: [Int32]] = [:]
    for position in positions {
      guard let trait = tree.trait(of: position) else { continue }
      members[trait, default: []].append(position)
    }
    members = members.filter { $0.value.count >= tree.least }
    if !readsHandshakes { members[.names(.tlsServer)] = nil }
    let first = Int32(groups.count)
    // Whether a server name is read depends on what the others find.
    let last = members[.names(.tlsServer)].map { (key: Trait.names(.tlsServer), value: $0) }
    let others = members.filter { $0.key != .names(.tlsServer) }.sorted { $0.value[0] < $1.value[0] }
    for (trait, positions) in others + (last.map { [$0] } ?? []) {
      groups.append(group(of: trait, positions, tree.steps, tree.program))
    }
    let unsteady = members.filter { !$0.key.isSteady }.compactMap(\.value.first).min()
    let grouped = Set(members.values.joined())
    return Grouping(
      groups: first..<Int32(groups.count), plain: positions.filter { !grouped.contains($0) },
      isNumeric: members.keys.allSatisfy(\.isNumber), unsteadyRule: unsteady.map { tree.steps[Int($0)].rule })
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
      let words = positions.compactMap { position -> Word? in
        guard case .content(let pattern) = program.instructions[Int(position)].test else { return nil }
        return Word(program.contents[Int(pattern)], place: position)
      }
      groupedWordSteps.formUnion(words.lazy.map(\.place))
      wordLists.append(WordLists(words))
      return .words(lists: Int32(wordLists.count - 1))
    case .keywords:
      wordLists.append(
        WordLists(
          positions.compactMap { position in
            guard case .urlKeyword(let keyword) = program.instructions[Int(position)].test else { return nil }
            return Word(
              bytes: program.keywords[Int(keyword)], ignoresCase: true, window: 0..<Int.max, place: position)
          }))
      return .keywords(lists: Int32(wordLists.count - 1))
    case .names(let kind):
      nameLists.append(
        NameLists(
          positions.compactMap { position in
            switch program.instructions[Int(position)].test {
            case .dnsName(let name), .serverName(let name): (name: name, place: position)
            default: nil
            }
          }, of: program.names))
      return .names(kind, lists: Int32(nameLists.count - 1))
    }
  }

  // MARK: Cohorts

  private mutating func add(_ outline: StretchOutline, _ tree: StepTree) {
    var positions: [Int32] = []
    let stretch = makeStretch(of: outline, tree, &positions)
    let number = cohorts.add([stretch]).lowerBound
    cohorts.mark(positions, as: number, of: tree.steps.count)
  }

  /// - Parameter positions: those of its members and of all right below them are added.
  private mutating func makeStretch(
    of outline: StretchOutline, _ tree: StepTree, _ positions: inout [Int32]
  ) -> Cohorts.Stretch {
    var isNumeric = outline.members.allSatisfy { tree.steps[Int($0)].test == .number }
    let made = outline.cohorts.map { makeCohort(of: $0, tree, &positions, &isNumeric) }
    let (start, last) = (outline.first ?? 0, outline.last ?? 0)
    return Cohorts.Stretch(
      cohorts: cohorts.add(made), start: start, end: tree.steps[Int(last)].afterSubtree, isNumeric: isNumeric)
  }

  private mutating func makeCohort(
    of members: [Int32], _ tree: StepTree, _ positions: inout [Int32], _ isNumeric: inout Bool
  ) -> Cohorts.Cohort {
    let rules = members.map { tree.steps[Int($0)].rule }
    let below = rules.flatMap { tree.siblings(below: $0) }
    positions += members + below
    let found = tree.finder.stretches(of: below)
    let grouping = makeGroups(of: Self.others(below, without: found), readsHandshakes: false, tree)
    let stretches = found.map { makeStretch(of: $0, tree, &positions) }
    isNumeric = isNumeric && grouping.isNumeric && stretches.allSatisfy(\.isNumeric)
    return Cohorts.Cohort(
      first: members[0], members: cohorts.add(members: members, rules: rules), groups: grouping.groups,
      plain: cohorts.add(plain: grouping.plain), stretches: cohorts.add(stretches))
  }

  private static func others(_ siblings: [Int32], without stretches: [StretchOutline]) -> [Int32] {
    let members = Set(stretches.lazy.flatMap(\.members))
    return members.isEmpty ? siblings : siblings.filter { !members.contains($0) }
  }
}

/// The steps of a program by their parents.
private struct StepTree {
  let steps: [Step]
  let program: Program
  /// Siblings that are a group.
  let least: Int
  let finder: CohortFinder
  private let siblings: [Int32: [Int32]]

  init(_ steps: [Step], _ program: Program, groupsFrom least: Int) {
    (self.steps, self.program, self.least) = (steps, program, least)
    finder = CohortFinder(steps, of: program, from: least)
    siblings = Dictionary(grouping: steps.indices.map(Int32.init)) { steps[Int($0)].parent }
  }

  /// The rules with others below them, -1 for the top level, each before those below it.
  var parents: [Int32] { siblings.keys.sorted() }

  /// Positions, ascending.
  func siblings(below parent: Int32) -> [Int32] { siblings[parent] ?? [] }

  func trait(of position: Int32) -> Trait? {
    Trait(steps[Int(position)], program.instructions[Int(position)], program.contents)
  }
}

/// What siblings have in common that one index can answer.
private enum Trait: Hashable {
  case number(field: UInt8)
  /// IPv6 addresses; those of IPv4 are numbers.
  case source, destination
  case words, keywords
  case names(NameKind)

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
    case .urlKeyword where !instruction.isNegated: self = .keywords
    case .dnsName where !instruction.isNegated: self = .names(.dnsQuestion)
    case .serverName where !instruction.isNegated: self = .names(.tlsServer)
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
    case .words, .keywords, .names: false
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
