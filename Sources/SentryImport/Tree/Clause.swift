internal import Algorithms

/// Some alternatives, each of which is a list of tests that must all hold. A packet may fit several of them.
///
/// Or lists none of which may hold: what stands behind a `not` is one clause, however long it is.
struct Clause: Hashable, Sendable {
  /// Longer lists are not searched for what is in them twice.
  private static let longestSearched = 200

  private(set) var alternatives: [[PacketTest]]
  /// A packet must fit none of them.
  private(set) var isNone = false
  /// No packet fits two of them.
  private var areApart = true

  private init(_ alternatives: [[PacketTest]], areApart: Bool) {
    (self.alternatives, self.areApart) = (alternatives, areApart)
  }

  /// The same with other alternatives.
  private func with(_ alternatives: [[PacketTest]]) -> Clause {
    var clause = self
    clause.alternatives = alternatives
    return clause
  }

  init(_ tests: PacketTest...) { alternatives = [tests] }

  /// - Parameter alternatives: no packet fits two of them.
  init(apart alternatives: [[PacketTest]]) { self.alternatives = alternatives }

  /// - Parameter tests: no packet fits two of them.
  init(oneOf tests: [PacketTest]) { alternatives = tests.map { [$0] } }

  static let always = Clause()
  static let never = Clause(oneOf: [])
  /// TCP with ACK or RST.
  static let established = Clause(oneOf: [PacketTest(.tcpFlags, "ack"), PacketTest(.tcpFlags, "rst,-ack")])

  /// Whether it asks nothing.
  var isAlways: Bool { isNone ? alternatives.isEmpty : alternatives.contains([]) }

  /// Whether no packet fits, whatever it has.
  var isNever: Bool { isNone ? alternatives.contains([]) : alternatives.isEmpty }

  /// Any of the clauses.
  init(anyOf clauses: [Clause]) {
    if clauses.count == 1, clauses[0].isNone {
      self = clauses[0]
      return
    }
    let all = clauses.flatMap { $0.isNone ? Clause(allOf: $0.spelledOut).alternatives : $0.alternatives }
    alternatives = all.count > Self.longestSearched ? Array(all.uniqued()) : Self.withoutNarrower(all)
    areApart = alternatives.count < 2 || clauses.count == 1 && clauses[0].areApart
  }

  /// Without those that ask for more than another does.
  private static func withoutNarrower(_ alternatives: [[PacketTest]]) -> [[PacketTest]] {
    alternatives.enumerated().filter { place, tests in
      !alternatives.enumerated().contains { other, fewer in
        other != place && fewer.allSatisfy(tests.contains) && (fewer.count < tests.count || other < place)
      }
    }.map(\.element)
  }

  /// The same, with each alternative held apart from those before it, so that a rule for each counts and logs no packet twice;
  /// `nil` if there are too many for that.
  var apart: Clause? {
    if areApart || isNone { return self }
    if Self.areApart(inOrder[...].map { $0[...] }) { return Clause(alternatives, areApart: true) }
    guard alternatives.count <= Self.longestSearched else { return nil }
    var alternatives: [[PacketTest]] = []
    var outside: [Clause] = []
    for tests in self.alternatives {
      let alternative = Clause([tests], areApart: true)
      alternatives += Clause(allOf: outside + [alternative]).alternatives
      outside += alternative.negated
    }
    return Clause(alternatives, areApart: true)
  }

  /// Whether it is plain that no packet fits two of these.
  private static func areApart(_ alternatives: [ArraySlice<PacketTest>]) -> Bool {
    if alternatives.count < 2 { return true }
    if alternatives.contains(where: \.isEmpty) { return false }
    let groups = PacketTest.grouped(alternatives)
    return PacketTest.areApart(groups.map(\.first)) && groups.allSatisfy { areApart($0.rests) }
  }

  /// All of the clauses.
  init(allOf clauses: [Clause]) {
    if clauses.count == 1, clauses[0].isNone {
      self = clauses[0]
      return
    }
    let clauses = clauses.flatMap(\.spelledOut)
    alternatives = clauses.reduce([[]]) { products, clause in
      products.flatMap { product in clause.alternatives.compactMap { Self.all(of: product, and: $0) } }
    }
    areApart = clauses.allSatisfy(\.areApart)
  }

  /// `nil` if no packet fits all of these tests; those that follow from others are left out.
  private static func all(of tests: [PacketTest], and more: [PacketTest]) -> [PacketTest]? {
    let all = tests + more.filter { !tests.contains($0) }
    if all.contains(where: { test in all.contains { $0.excludes(test) } }) { return nil }
    return all.filter { test in !all.contains { $0.implies(test) } }
  }

  /// Clauses that all hold where this one does not.
  var negated: [Clause] {
    if !isNone, isLongAsNone { return [asNone] }
    return isNone ? [Clause(alternatives, areApart: areApart)] : opposites
  }

  /// None of its alternatives.
  var asNone: Clause {
    var none = self
    none.isNone = true
    return none
  }

  /// For each alternative, a clause that holds where that does not.
  var opposites: [Clause] {
    alternatives.map { tests in
      Clause(tests.indices.map { Array(tests[..<$0]) + [!tests[$0]] }, areApart: true)
    }
  }

  /// What remains to be asked where some answers are known.
  func reduced(_ answer: (PacketTest) -> Bool?) -> Clause {
    with(
      alternatives.compactMap { tests in
        tests.contains { answer($0) == false } ? nil : tests.filter { answer($0) == nil }
      })
  }

  /// What remains to be asked of packets that pass other tests.
  func narrowed(by known: [PacketTest]) -> Clause {
    with(
      alternatives.compactMap { tests in
        if tests.contains(where: { test in known.contains { $0.excludes(test) } }) { return nil }
        return tests.filter { test in !known.contains { $0 == test || $0.implies(test) } }
      })
  }

  /// The same of packets that go the other way.
  var reversed: Clause { with(alternatives.map { $0.map(\.reversed) }) }

  func allSatisfy(_ predicate: (PacketTest) -> Bool) -> Bool { alternatives.allSatisfy { $0.allSatisfy(predicate) } }
}
