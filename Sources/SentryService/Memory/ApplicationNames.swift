/// The programs that the packet thread has found, by their numbers there: the latest few thousand.
struct ApplicationNames {
  private static let capacity = 4_096

  private var paths: [UInt32: String] = [:]
  /// The number of the latest; 0 where there is none.
  private(set) var latest: UInt32 = 0

  /// The path of a program; `nil` for number 0, and for those found long ago, which have other numbers by now.
  subscript(number: UInt32) -> String? { paths[number] }

  mutating func add(_ addition: ApplicationBook.Addition) {
    for (distance, path) in addition.paths.reversed().enumerated() {
      paths[addition.last - UInt32(distance)] = path
    }
    latest = addition.last
    guard paths.count > Self.capacity else { return }
    paths = paths.filter { Int(latest) - Int($0.key) < Self.capacity }
  }
}
