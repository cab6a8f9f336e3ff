extension RuleSet {
  /// The compiled form. Disabled rules and all below them have no instruction; linear time.
  public func program() -> Program {
    var lowering = Lowering(self)
    for index in rules.indices where lowering.usage[index] { lowering.emit(index) }
    return lowering.finished()
  }
}

/// Turns rules into instructions, jumps included.
private struct Lowering {
  let rules: [Rule]
  let usage: [Bool]
  private let observation: [Observation]
  /// By index in document order: the instruction that runs first from there on. One more than there are rules.
  private let entryPoints: [Int32]
  /// By index in document order: where `Exit group` leads, as an index in document order; `nil` outside of any group.
  private let groupEnds: [Int?]
  private var builder: ProgramBuilder
  private var program = Program()

  init(_ ruleSet: RuleSet) {
    rules = ruleSet.rules
    usage = ruleSet.usage
    observation = ruleSet.observation
    entryPoints = Self.entryPoints(usage)
    groupEnds = Self.groupEnds(ruleSet.rules)
    builder = ProgramBuilder(settings: ruleSet.settings)
    program.ruleCount = ruleSet.rules.count
  }

  mutating func emit(_ index: Int) {
    let rule = rules[index]
    let lowered = rule.condition.lower(into: &builder)
    if case .idleSeconds = lowered.test { program.idleInstructions.append(entryPoints[index]) }
    program.instructions.append(
      Program.Instruction(
        test: lowered.test, isNegated: lowered.isNegated, operation: rule.action.operation,
        rule: Int32(clamping: index), parent: Int32(clamping: rule.parent),
        afterMatch: entryPoints[followerOfMatch(at: index)], afterSubtree: entryPoints[rule.subtreeEnd],
        observation: observation[index]))
  }

  func finished() -> Program {
    var program = program
    program.contents = builder.contents.values
    program.keywords = builder.keywords.values
    program.names = builder.names.values
    program.applications = builder.applications.values
    program.optionLists = builder.optionLists.values
    program.interfaces = builder.interfaces.values
    return program
  }

  /// Where the walk goes on after the rule at `index` matched, as an index in document order.
  private func followerOfMatch(at index: Int) -> Int {
    let next = index + 1
    switch rules[index].action.operation {
    case .skip: return next < rules.count ? rules[next].subtreeEnd : next
    case .exitGroup: return groupEnds[index] ?? next
    default: return next
    }
  }

  private static func entryPoints(_ usage: [Bool]) -> [Int32] {
    var entryPoints: [Int32] = [0]
    entryPoints.reserveCapacity(usage.count + 1)
    var next: Int32 = 0
    for isUsed in usage {
      next += isUsed ? 1 : 0
      entryPoints.append(next)
    }
    return entryPoints
  }

  private static func groupEnds(_ rules: [Rule]) -> [Int?] {
    var ends: [Int?] = []
    ends.reserveCapacity(rules.count)
    for rule in rules {
      guard rule.parent >= 0 else {
        ends.append(nil)
        continue
      }
      let parent = rules[rule.parent]
      ends.append(parent.action.operation == .group ? parent.subtreeEnd : ends[rule.parent])
    }
    return ends
  }
}
