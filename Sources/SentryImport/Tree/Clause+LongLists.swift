// Lists too long to be asked one below the other.

extension Clause {
  /// Longer lists are not turned into questions one below the other.
  private static let longestNested = 16
  /// Nor are lists of several tests each, where that would have more ends.
  private static let mostEnds = 3

  /// Its alternatives can be asked one below the other.
  var isNestable: Bool {
    !isNone && alternatives.count <= Self.longestNested && alternatives.allSatisfy { $0.count == 1 }
  }

  /// Where none of it may fit, it would take too many questions one below the other.
  var isLongAsNone: Bool {
    alternatives.count > 1
      && (alternatives.count > Self.longestNested
        || alternatives.reduce(1) { min($0 * $1.count, Self.mostEnds + 1) } > Self.mostEnds)
  }

  /// Without `isNone`: clauses that all hold where this one does.
  var spelledOut: [Clause] { isNone ? complement.map { [$0] } ?? opposites : [self] }

  /// The same, spelled out if it is not long.
  var inShort: [Clause] { isNone && !isLongAsNone ? opposites : [self] }

  /// What all alternatives ask.
  var common: [PacketTest] {
    guard !isNone, let first = alternatives.first else { return [] }
    return first.filter { test in alternatives.allSatisfy { $0.contains(test) } }
  }

  /// Its alternatives; of many, with the protocol first, and then what tells the fewest of them apart.
  var inOrder: [[PacketTest]] {
    guard alternatives.count > Self.longestNested, alternatives.contains(where: { $0.count > 1 }) else {
      return alternatives
    }
    var tests: [TestedProperty: Set<PacketTest>] = [:]
    for test in alternatives.joined() { tests[test.property, default: []].insert(test) }
    let places = tests.map { property, tests in
      (property, (property.place < TestedProperty.sourceMAC.place ? 0 : tests.count, property.place))
    }.sorted { $0.1 < $1.1 }.enumerated().map { ($0.element.0, $0.offset) }
    let order = Dictionary(uniqueKeysWithValues: places)
    return alternatives.map { tests in tests.sorted { order[$0.property] ?? 0 < order[$1.property] ?? 0 } }
  }
}

extension PacketTest {
  typealias Group = (first: PacketTest, rests: [ArraySlice<PacketTest>])

  /// Lists that begin alike, without what they begin with. None is empty.
  static func grouped(_ lists: [ArraySlice<PacketTest>]) -> [Group] {
    var groups: [Group] = []
    var places: [PacketTest: Int] = [:]
    for list in lists {
      guard let first = list.first else { continue }
      if let place = places[first] {
        groups[place].rests.append(list.dropFirst())
      } else {
        places[first] = groups.count
        groups.append((first, [list.dropFirst()]))
      }
    }
    return groups
  }
}
