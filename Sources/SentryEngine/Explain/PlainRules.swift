internal import SentryRules

/// The rules as the plain evaluator reads them: the document's tree, and what each rule asks.
struct PlainRules {
  let rules: [Rule]
  /// By rule; `nil` for one that is not in use.
  private let tests: [LoweredTest?]
  let program: Program
  let observation: [Observation]
  let settings: Settings

  init(_ loaded: LoadedRules) {
    rules = loaded.ruleSet.rules
    program = loaded.program
    observation = loaded.ruleSet.observation
    settings = loaded.ruleSet.settings
    var tests = [LoweredTest?](repeating: nil, count: rules.count)
    for instruction in program.instructions {
      tests[Int(instruction.rule)] = LoweredTest(instruction.test, isNegated: instruction.isNegated)
    }
    self.tests = tests
  }

  subscript(rule: Int) -> Rule { rules[rule] }

  func test(of rule: Int) -> LoweredTest? { tests[rule] }

  /// The rules right below one, or the top level for -1.
  func children(of parent: Int) -> [Int] {
    var children: [Int] = []
    var next = parent + 1
    let end = parent < 0 ? rules.count : rules[parent].subtreeEnd
    while next < end {
      children.append(next)
      next = rules[next].subtreeEnd
    }
    return children
  }

  /// The nearest `Group` above a rule.
  func group(around rule: Int) -> Int? {
    var above = rules[rule].parent
    while above >= 0, rules[above].action.operation != .group { above = rules[above].parent }
    return above >= 0 ? above : nil
  }
}
