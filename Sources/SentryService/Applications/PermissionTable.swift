internal import SentryPacket

/// The table of programs that something is decided about: few enough to be looked through.
struct PermissionTable: Sendable, Equatable {
  static let capacity = 4_096

  /// By path; of one path that for everybody first.
  private(set) var entries: [KeptPermission] = []

  var isFull: Bool { entries.count >= Self.capacity }

  func entries(of path: String) -> [KeptPermission] { entries.filter { $0.path == path } }

  /// The paths whose entries are not the same in both.
  func paths(otherThanIn other: PermissionTable) -> Set<String> {
    let (ours, others) = (Dictionary(grouping: entries, by: \.path), Dictionary(grouping: other.entries, by: \.path))
    return Set(ours.keys).union(others.keys).filter { ours[$0] != others[$0] }
  }

  func entry(of path: String, user: UInt32?) -> KeptPermission? {
    entries.first { $0.path == path && $0.user == user }
  }

  /// In the place of the one of the same program and user.
  mutating func set(_ entry: KeptPermission) {
    if let index = entries.firstIndex(where: { $0.path == entry.path && $0.user == entry.user }) {
      entries[index] = entry
    } else {
      let index = entries.firstIndex { Self.isOrdered(entry, $0) } ?? entries.endIndex
      entries.insert(entry, at: index)
    }
  }

  /// - Parameter user: `nil` for all entries of the path.
  /// - Returns: what was removed.
  mutating func remove(_ path: String, user: UInt32?) -> [KeptPermission] {
    func goes(_ entry: KeptPermission) -> Bool { entry.path == path && (user == nil || entry.user == user) }
    let gone = entries.filter(goes)
    entries.removeAll(where: goes)
    return gone
  }

  /// Removes that of this user alone; `nil`: that for everybody.
  mutating func removeEntry(of path: String, user: UInt32?) {
    entries.removeAll { $0.path == path && $0.user == user }
  }

  private static func isOrdered(_ left: KeptPermission, _ right: KeptPermission) -> Bool {
    left.path != right.path
      ? left.path < right.path : Int64(left.user ?? 0) + (left.user == nil ? -1 : 0) < Int64(right.user ?? 0)
  }

  /// What an executable may do, as far as it was decided.
  ///
  /// - Parameter rest: what holds for a way about which nothing is decided, or about whose executable another was.
  func permission(
    of path: String, sha256: String?, rest: (Direction, _ isChanged: Bool) -> ApplicationPermission?
  ) -> ProgramPermission {
    var permission = ProgramPermission()
    let own = entries(of: path)
    let general = own.first { $0.user == nil }
    for direction in [Direction.inbound, .outbound] {
      let decided = general?.permission(direction, sha256: sha256)
      permission.everybody[direction] =
        decided == .allowed || decided == .denied ? decided : rest(direction, decided == .changed)
    }
    for entry in own {
      guard let user = entry.user else { continue }
      var ways = ProgramPermission.Ways()
      for direction in [Direction.inbound, .outbound] {
        let decided = entry.permission(direction, sha256: sha256)
        if decided == .allowed || decided == .denied { ways[direction] = decided }
      }
      permission.users.append(ProgramPermission.Own(user: user, ways: ways))
    }
    return permission
  }
}
