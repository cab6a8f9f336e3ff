/// What stands in the tree for ipfw's dynamic rules.
///
/// A rule that keeps state makes ipfw remember the connection, and let its later packets through, in both directions. We remember
/// every connection whose packets passed; so the question is whether the packet's is known, and of a kind that such a rule
/// lets through: from its source to its destination, or the other way. States have names; who asks, asks for one of them or for all.
///
/// An ICMP error is of the connection that it is about for us. For ipfw it is of one of ICMP between its own two addresses, so
/// that a ping does not let errors about others in.
struct IPFWStates {
  private typealias Names = Set<String>

  /// A rule that keeps state, and its place.
  typealias Keeper = (place: Int, rule: IPFWRule)

  /// By the places where rules ask for state, whose: at `check-state`, or at the first rule on the way that keeps it.
  private let asked: [Int: Names]
  private let keepers: [Keeper]

  init(_ rules: [IPFWRule], targets: [Int: Int]) {
    keepers = rules.enumerated().filter(\.element.keepsState).map { ($0.offset, $0.element) }
    asked = keepers.isEmpty ? [:] : Self.places(rules, targets, all: Names(keepers.compactMap(\.rule.stateName)))
  }

  /// Where a packet may come that was not asked about yet.
  private static func places(_ rules: [IPFWRule], _ targets: [Int: Int], all: Names) -> [Int: Names] {
    var places: [Int: Names] = [:]
    // For each rule, what all ways that lead there have asked for; `nil`: none leads there.
    var hasAsked = [Names?](repeating: nil, count: rules.count + 1)
    hasAsked[0] = []
    for (place, rule) in rules.enumerated() {
      guard let before = hasAsked[place] else { continue }
      let asks = names(rule, all).subtracting(before)
      if !asks.isEmpty { places[place] = asks }
      let now = before.union(asks)
      if let target = targets[place] { hasAsked[target] = hasAsked[target]?.intersection(now) ?? now }
      if !(rule.decides && rule.clauses.isEmpty), !(rule.clauses.isEmpty && targets[place] != nil) {
        hasAsked[place + 1] = hasAsked[place + 1]?.intersection(now) ?? now
      }
    }
    return places
  }

  private static func names(_ rule: IPFWRule, _ all: Names) -> Names {
    if case .checkState(let name) = rule.action { return name.map { all.intersection([$0]) } ?? all }
    return rule.stateName.map { [$0] } ?? []
  }

  /// What is asked at a place: each kind of connection in both directions.
  ///
  /// - Parameter isForLaterFragments: for ipfw those have no ports, so they belong to no connection of TCP or UDP.
  func questions(at place: Int, isForLaterFragments: Bool) -> [(keeper: Keeper, clauses: [Clause])] {
    guard let names = asked[place] else { return [] }
    let keepers = keepers.filter { names.contains($0.rule.stateName ?? "") }
    let questions = keepers.map { keeper in
      var forward = keeper.rule.connection + Clause.icmpErrors.negated
      if isForLaterFragments { forward += [Clause(!.isTCP), Clause(!.isUDP)] }
      let reverse = forward.map(\.reversed)
      let ways = Set(forward) == Set(reverse) ? [forward] : [forward, reverse]
      return ways.map { (keeper: keeper, clauses: [Clause(.knownConnection)] + $0) }
    }
    // Where it does not matter which is asked first, those of one direction, which have more in common.
    let isAlike = keepers.allSatisfy { $0.rule.action == .allow && !$0.rule.isLogged }
    return isAlike ? questions.compactMap(\.first) + questions.flatMap { $0.dropFirst() } : questions.flatMap(\.self)
  }
}
