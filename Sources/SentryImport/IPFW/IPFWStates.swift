/// What stands in the tree for ipfw's dynamic rules.
///
/// A rule that keeps state makes ipfw remember the connection, and let its later packets through, in both directions. We remember
/// every connection whose packets passed; so the question is whether the packet's is known, and of a kind that such a rule
/// lets through: from its source to its destination, or the other way.
struct IPFWStates {
  /// Where rules ask for state: `check-state`, or the first rule on the way that keeps it.
  let askingPlaces: Set<Int>
  private let keepers: [IPFWRule]

  init(_ rules: [IPFWRule], targets: [Int: Int]) {
    keepers = rules.filter(\.keepsState)
    askingPlaces = keepers.isEmpty ? [] : Self.places(rules, targets)
  }

  /// Where a packet may come that was not asked about yet.
  private static func places(_ rules: [IPFWRule], _ targets: [Int: Int]) -> Set<Int> {
    var places: Set<Int> = []
    // For each rule, whether all ways that lead there have asked; `nil`: none leads there.
    var hasAsked = [Bool?](repeating: nil, count: rules.count + 1)
    hasAsked[0] = false
    for (place, rule) in rules.enumerated() {
      guard let before = hasAsked[place] else { continue }
      var now = before
      if rule.action == .checkState || rule.keepsState {
        if !before { places.insert(place) }
        now = true
      }
      if let target = targets[place] { hasAsked[target] = (hasAsked[target] ?? true) && now }
      if !(rule.decides && rule.clauses.isEmpty), !(rule.clauses.isEmpty && targets[place] != nil) {
        hasAsked[place + 1] = (hasAsked[place + 1] ?? true) && now
      }
    }
    return places
  }

  /// What is asked at a place: each kind of connection in both directions.
  ///
  /// - Parameter isForLaterFragments: for ipfw those have no ports, so they belong to no connection of TCP or UDP.
  func questions(isForLaterFragments: Bool) -> [(keeper: IPFWRule, clauses: [Clause])] {
    keepers.flatMap { keeper in
      var forward = keeper.connection
      if isForLaterFragments { forward += [Clause(!.isTCP), Clause(!.isUDP)] }
      let reverse = forward.map(\.reversed)
      let ways = Set(forward) == Set(reverse) ? [forward] : [forward, reverse]
      return ways.map { (keeper, [Clause(.knownConnection)] + $0) }
    }
  }
}
