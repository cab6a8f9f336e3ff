internal import Algorithms
internal import SentryRules

/// Finds, in a list of siblings, the stretches whose rules are members of cohorts.
struct CohortFinder {
  /// Cohorts whose members stand among each other; each is asked for wherever the packet goes on.
  private static var mostCohorts: Int { 4 }

  private let steps: [Step]
  private let program: Program
  /// Rules whose counts are asked or changed while a packet is walked.
  private let watched: Set<Int32>
  /// Where jumps lead, ascending, each with the first step that leads there.
  private let jumps: [(target: Int32, source: Int32)]
  private let least: Int

  /// - Parameters:
  ///   - steps: those of `program`.
  ///   - least: members that are a cohort.
  init(_ steps: [Step], of program: Program, from least: Int) {
    self.steps = steps
    self.program = program
    self.least = least
    watched = program.watchedRules
    var sources: [Int32: Int32] = [:]
    for (position, step) in steps.enumerated() where step.operation == .skip || step.operation == .exitGroup {
      guard step.afterMatch > position + 1 else { continue }
      sources[step.afterMatch] = sources[step.afterMatch] ?? Int32(position)
    }
    jumps = sources.sorted { $0.key < $1.key }.map { (target: $0.key, source: $0.value) }
  }

  /// In order.
  func stretches(of siblings: [Int32]) -> [StretchOutline] {
    var stretches: [StretchOutline] = []
    var current = StretchOutline()
    for position in siblings {
      guard mayBeMember(position) else {
        stretches += qualified(current)
        current = StretchOutline()
        continue
      }
      let cohort = current.cohorts.firstIndex { asksSame($0[0], position) }
      if isPassedByJump(from: current.last, to: position) || cohort == nil && current.cohorts.count == Self.mostCohorts
      {
        stretches += qualified(current)
        current = StretchOutline()
        current.append(position, to: nil)
      } else {
        current.append(position, to: cohort)
      }
    }
    return stretches + qualified(current)
  }

  /// The stretch if its cohorts have enough members; else what can be made of it.
  private func qualified(_ stretch: StretchOutline) -> [StretchOutline] {
    guard stretch.cohorts.count > 1, stretch.memberCount < least * stretch.cohorts.count else {
      return stretch.memberCount >= max(1, least) ? [stretch] : []
    }
    return stretch.runs.filter { $0.memberCount >= least }
  }

  /// It does nothing but count and go on, and asks what a packet answers the same all the time.
  private func mayBeMember(_ position: Int32) -> Bool {
    let step = steps[Int(position)]
    guard step.operation == .next || step.operation == .group, !watched.contains(step.rule) else { return false }
    if step.test == .number { return true }
    if case .address = program.instructions[Int(position)].test { return true }
    return false
  }

  private func asksSame(_ a: Int32, _ b: Int32) -> Bool {
    let (a, b) = (program.instructions[Int(a)], program.instructions[Int(b)])
    return a.isNegated == b.isNegated && a.test == b.test
  }

  /// A jump from before one of two that follow each other leads behind it, to the other or to what comes before that.
  private func isPassedByJump(from first: Int32?, to second: Int32) -> Bool {
    guard let first else { return false }
    var index = jumps.partitioningIndex { $0.target > first }
    while index < jumps.count, jumps[index].target <= second {
      if jumps[index].source < first { return true }
      index += 1
    }
    return false
  }
}

/// Siblings of which each is a member of a cohort, by their positions.
struct StretchOutline {
  /// The members of each, ascending; the cohorts in the order of their first.
  private(set) var cohorts: [[Int32]] = []
  private(set) var last: Int32?

  var first: Int32? { cohorts.first?.first }
  var members: some Sequence<Int32> { cohorts.joined() }
  var memberCount: Int { cohorts.reduce(0) { $0 + $1.count } }

  /// - Parameter cohort: by its place; a new one if that is `nil`.
  mutating func append(_ position: Int32, to cohort: Int?) {
    last = position
    if let cohort { cohorts[cohort].append(position) } else { cohorts.append([position]) }
  }

  /// Members of one cohort that follow each other, each run by itself.
  var runs: [StretchOutline] {
    let members = cohorts.enumerated().flatMap { number, cohort in cohort.map { (position: $0, cohort: number) } }
    return members.sorted { $0.position < $1.position }.chunked { $0.cohort == $1.cohort }.map { run in
      StretchOutline(cohorts: [run.map(\.position)], last: run.last?.position)
    }
  }
}
