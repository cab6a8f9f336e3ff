// The walk through rules that are only observed; `Observation` says what that means.
//
// An observed subtree is walked by itself, as soon as its first rule has matched: what the walk knows is put back afterwards, and it
// goes on behind the subtree. Where the whole document is observed, the walk is an ordinary one, whose end decides nothing.

internal import SentryPacket
internal import SentryRules
internal import SentryState

extension Engine {
  /// What an action of an observed rule does, besides steering and ending the walk; at the first rule of an observed subtree, all
  /// that the subtree does.
  @inline(never)
  mutating func performObserved(at position: Int32, _ frame: RawSpan) {
    guard walk.isObserving else { return observe(from: position, frame) }
    let step = steps[Int(position)]
    switch step.operation {
    case .log: log(step.rule)
    case .dontLog: walk.isLogSuppressed = walk.hasPacket
    case .alert, .email, .script: logObserved(step.rule)
    case .resetParent: resetObservedParent(at: position)
    default: break
    }
  }

  /// Walks a subtree whose first rule has matched.
  private mutating func observe(from position: Int32, _ frame: RawSpan) {
    let before = walk
    let instruction = rules.program.instructions[Int(position)]
    walk.isObserving = true
    performObserved(at: position, frame)
    if instruction.operation.isTerminating {
      if walk.hasPacket, walk.leaf == nil { endObserved(at: position, frame) }
    } else if let leaf = walkObserved(from: instruction.afterMatch, to: instruction.afterSubtree, frame),
      walk.hasPacket, walk.leaf == nil
    {
      endObserved(at: leaf, frame)
    }
    restore(before, behind: instruction)
  }

  private mutating func endObserved(at position: Int32, _ frame: RawSpan) {
    var nobody = NoWitness()
    end(at: position, frame, &nobody)
  }

  /// As if the rule had not matched. What was read of the packet stays read.
  private mutating func restore(_ before: Walk, behind instruction: Program.Instruction) {
    let foundBefore = walk.foundBefore
    walk.isObserving = false
    (walk.leaf, walk.decider) = (before.leaf, before.decider)
    (walk.isLogSuppressed, walk.isLeafLogged) = (before.isLogSuppressed, before.isLeafLogged)
    walk.previousFind = before.previousFind
    walk.entry = before.entry
    switch instruction.test {
    // A question that fails forgets what another one has found.
    case .table: walk.entry = nil
    case .content, .urlKeyword: if !instruction.isNegated { walk.previousFind = before.foundBefore }
    default: break
    }
    walk.foundBefore = foundBefore
  }

  /// The whole document was only observed: nothing has been decided.
  mutating func forgetVerdict() {
    walk.leaf = nil
    walk.decider = .endOfRules
  }

  /// The entry that a notification writes; nobody is notified.
  private mutating func logObserved(_ rule: Int32) {
    guard !walk.isLogSuppressed else { return }
    if walk.leaf != nil { walk.isLeafLogged = true }
    report(.log, leaf: walk.leaf?.eventKind, of: rule, isLogged: true)
  }

  /// Only counts that are observed themselves are set back, and no entry of a table.
  private mutating func resetObservedParent(at position: Int32) {
    let instruction = rules.program.instructions[Int(position)]
    guard instruction.observation == .within, instruction.parent >= 0 else { return }
    statistics.resetMatchCount(instruction.parent)
  }
}
