/// Some alternatives, each of which is a list of tests that must all hold. No packet fits two of them, so that a rule for each
/// counts and logs no packet twice.
struct Clause: Hashable, Sendable {
  private(set) var alternatives: [[PacketTest]]

  /// - Parameter alternatives: no packet fits two of them.
  private init(apart alternatives: [[PacketTest]]) { self.alternatives = alternatives }

  init(_ tests: PacketTest...) { alternatives = [tests] }

  /// - Parameter tests: no packet fits two of them.
  init(oneOf tests: [PacketTest]) { alternatives = tests.map { [$0] } }

  static let always = Clause()
  static let never = Clause(oneOf: [])
  /// TCP with ACK or RST.
  static let established = Clause(oneOf: [PacketTest(.tcpFlags, "ack"), PacketTest(.tcpFlags, "rst,-ack")])

  /// Whether it asks nothing.
  var isAlways: Bool { alternatives.contains([]) }

  /// Any of the clauses: each is held apart from those before it.
  init(anyOf clauses: [Clause]) {
    var alternatives: [[PacketTest]] = []
    var outside: [Clause] = []
    for (place, clause) in clauses.enumerated() where !clauses[..<place].contains(clause) {
      alternatives += Clause(allOf: outside + [clause]).alternatives
      outside += clause.negated
    }
    self.alternatives = alternatives
  }

  /// All of the clauses.
  init(allOf clauses: [Clause]) {
    alternatives = clauses.reduce([[]]) { products, clause in
      products.flatMap { product in clause.alternatives.compactMap { Self.all(of: product, and: $0) } }
    }
  }

  /// `nil` if no packet fits all of these tests; those that follow from others are left out.
  private static func all(of tests: [PacketTest], and more: [PacketTest]) -> [PacketTest]? {
    let all = tests + more.filter { !tests.contains($0) }
    if all.contains(where: { test in all.contains { $0.excludes(test) } }) { return nil }
    return all.filter { test in !all.contains { $0.implies(test) } }
  }

  /// Clauses that all hold where this one does not.
  var negated: [Clause] {
    alternatives.map { tests in
      Clause(apart: tests.indices.map { Array(tests[..<$0]) + [!tests[$0]] })
    }
  }

  /// What remains to be asked where some answers are known.
  func reduced(_ answer: (PacketTest) -> Bool?) -> Clause {
    Clause(
      apart: alternatives.compactMap { tests in
        tests.contains { answer($0) == false } ? nil : tests.filter { answer($0) == nil }
      })
  }

  /// The same of packets that go the other way.
  var reversed: Clause { Clause(apart: alternatives.map { $0.map(\.reversed) }) }

  func allSatisfy(_ predicate: (PacketTest) -> Bool) -> Bool { alternatives.allSatisfy { $0.allSatisfy(predicate) } }
}
