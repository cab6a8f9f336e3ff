public import SentryRules

/// Takes note of a walk.
protocol WalkWitness {
  /// The walk has asked a step.
  ///
  /// - Parameter isImplied: the answer follows from the packet's numbers.
  mutating func saw(_ step: Step, at position: Int32, matches: Bool, isImplied: Bool)

  /// The walk goes among siblings of which only those are asked that an index yields.
  mutating func passes(_ family: SiblingIndex.Family)

  /// Wants to see every member of a cohort that matches, one by one, and what stands right below; else the walk may pass them.
  var takesEveryStep: Bool { get }

  /// The walk passes members of cohorts.
  mutating func passes(_ stretch: Cohorts.Stretch)

  /// The packet has matched members that the walk has passed.
  mutating func matched(_ passage: Cohorts.Passage)
}

/// Takes no note: costs nothing.
struct NoWitness: WalkWitness {
  @inline(__always)
  mutating func saw(_ step: Step, at position: Int32, matches: Bool, isImplied: Bool) {}
  @inline(__always)
  mutating func passes(_ family: SiblingIndex.Family) {}
  @inline(__always)
  var takesEveryStep: Bool { false }
  @inline(__always)
  mutating func passes(_ stretch: Cohorts.Stretch) {}
  @inline(__always)
  mutating func matched(_ passage: Cohorts.Passage) {}
}

/// The rules that every steady packet of a flow matches, or which rule keeps them from staying in the kernel.
public struct SteadyPath: Sendable {
  public private(set) var rules = RulePath()
  /// The place in document order of the first rule that wants to see the packets.
  public private(set) var objector: Int32?

  public init() {}

  public var isSteady: Bool { objector == nil }

  mutating func match(_ rule: Int32) {
    if !rules.append(rule) { object(rule) }
  }

  mutating func object(_ rule: Int32) { objector = objector ?? rule }
}

/// Follows the walk of a steady packet, and sees whether all others of its flow take the same way.
struct SteadyWitness: WalkWitness {
  let steadiness: [Steadiness]
  private(set) var path = SteadyPath()

  init(_ steadiness: [Steadiness]) { self.steadiness = steadiness }

  mutating func saw(_ step: Step, at position: Int32, matches: Bool, isImplied: Bool) {
    let steadiness = steadiness[Int(position)]
    // Of a table, `!=` matches what is not there.
    let isSteady =
      steadiness.contains(.test) || steadiness.contains(.testWhileAbsent) && matches == step.isNegated
    if !isSteady || matches && !steadiness.contains(.match) { path.object(step.rule) }
    if matches { path.match(step.rule) }
  }

  mutating func passes(_ family: SiblingIndex.Family) {
    if let rule = family.unsteadyRule { path.object(rule) }
  }

  /// Until one of them objects: a path has no room for many.
  var takesEveryStep: Bool { path.isSteady }

  mutating func passes(_ stretch: Cohorts.Stretch) {}
  mutating func matched(_ passage: Cohorts.Passage) {}
}
