/// The packets that may be at some point of the walk: for each aspect, the values that they may have. There may be
/// fewer than that in truth, never more.
struct PacketSet: Sendable {
  /// Of the aspects that are narrowed at all; there are few.
  private var narrowed: [(aspect: Aspect, values: ValueSet)] = []

  /// Ranges that one aspect may have here. Beyond that, gaps that open are not taken note of.
  private static let rangeLimit = 8192
  /// Ranges of one aspect that a rule hands down to its children.
  private static let handedDownLimit = 16

  init(_ constraints: [Constraint] = []) {
    for constraint in constraints { narrow(to: constraint) }
  }

  /// No packet can be here.
  var isEmpty: Bool { narrowed.contains { $0.values.isEmpty } }

  subscript(aspect: Aspect) -> ValueSet { index(of: aspect).map { narrowed[$0].values } ?? aspect.universe }

  /// Nothing is known about the aspect.
  func isOpen(_ aspect: Aspect) -> Bool { index(of: aspect) == nil }

  /// Some packet here may satisfy `constraint`.
  func mayMeet(_ constraint: Constraint) -> Bool {
    self[constraint.aspect].intersects(constraint.values)
  }

  /// Every packet here satisfies `constraint`.
  func surelyMeets(_ constraint: Constraint) -> Bool { self[constraint.aspect].isSubset(of: constraint.values) }

  /// Those packets that satisfy `constraint`.
  mutating func narrow(to constraint: Constraint) {
    let values = self[constraint.aspect].intersection(constraint.values, atMost: Self.handedDownLimit)
    set(constraint.aspect, values)
  }

  /// Those packets that do not satisfy `constraint`, or some of the others as well.
  mutating func exclude(_ constraint: Constraint) {
    guard let index = index(of: constraint.aspect) else {
      var values = constraint.aspect.universe
      values.subtract(constraint.values, limit: Self.rangeLimit)
      return narrowed.append((constraint.aspect, values))
    }
    narrowed[index].values.subtract(constraint.values, limit: Self.rangeLimit)
  }

  /// What a rule hands down to its children: the same packets, told in a few ranges for each aspect.
  var handedDown: PacketSet {
    var copy = self
    for index in copy.narrowed.indices where copy.narrowed[index].values.ranges.count > Self.handedDownLimit {
      let (aspect, values) = copy.narrowed[index]
      copy.narrowed[index].values = values.intersection(aspect.universe, atMost: Self.handedDownLimit)
    }
    return copy
  }

  private mutating func set(_ aspect: Aspect, _ values: ValueSet) {
    if let index = index(of: aspect) { narrowed[index].values = values } else { narrowed.append((aspect, values)) }
  }

  private func index(of aspect: Aspect) -> Int? { narrowed.firstIndex { $0.aspect == aspect } }
}
