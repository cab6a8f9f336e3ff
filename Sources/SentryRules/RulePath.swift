/// The rules that a packet has matched, in the order of the walk: their places in document order. A plain value of fixed size.
public struct RulePath: Sendable, Equatable {
  /// Rules there may be.
  public static var capacity: Int { 24 }

  private var places = InlineArray<24, Int32>(repeating: -1)
  public private(set) var count = 0

  public init() {}

  /// - Returns: false if there is no room for another.
  public mutating func append(_ place: Int32) -> Bool {
    guard count < Self.capacity else { return false }
    places[count] = place
    count += 1
    return true
  }

  public func forEach(_ body: (Int32) -> Void) {
    for index in 0..<count { body(places[index]) }
  }

  public static func == (a: RulePath, b: RulePath) -> Bool {
    a.count == b.count && a.places.indices.allSatisfy { a.places[$0] == b.places[$0] }
  }
}
