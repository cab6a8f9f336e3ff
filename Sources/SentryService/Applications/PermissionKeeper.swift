internal import SentryRules

/// The table of what was decided about programs, and the file that it outlives the daemon in. What changes it is written before it
/// counts; what others write into it meanwhile counts as soon as `refresh` sees it.
struct PermissionKeeper: Sendable {
  private let file: PermissionFile?
  private(set) var table = PermissionTable()
  /// Why the file could not be read: nothing is written over it.
  private(set) var problem: String?
  /// Of the file as it was read or written last; `nil` if there was none, or if that is not known.
  private var tag: String?

  init(stateDirectory: String?) { file = stateDirectory.map { PermissionFile(stateDirectory: $0) } }

  /// What was decided before the start.
  mutating func begin() {
    _ = refresh()
    if problem != nil, let last = try? file?.copy.read() { table = last }
  }

  /// Reads the file if somebody else has written it since it was read or written last; one that cannot be read changes nothing.
  ///
  /// - Returns: the paths about which something else is decided now.
  mutating func refresh() -> Set<String> {
    guard let file else { return [] }
    do throws(PermissionFile.Failure) {
      let content = try file.read(unless: tag)
      problem = nil
      guard let content else { return [] }
      let edited = content.table.paths(otherThanIn: table)
      (table, tag) = (content.table, content.tag)
      if !edited.isEmpty { _ = file.copy.write(table) }
      return edited
    } catch {
      problem = error.reason
      return []
    }
  }

  /// Decides about a program.
  ///
  /// - Parameters:
  ///   - mayBeNone: nothing need be decided before or after.
  ///   - edit: changes what was decided before.
  /// - Returns: what is decided now.
  mutating func change(
    _ path: String, user: UInt32?, mayBeNone: Bool = false,
    _ edit: (inout KeptPermission) throws(PermissionRefusal) -> Void
  ) throws(PermissionRefusal) -> KeptPermission {
    try checkFile()
    var new = table
    let before = new.entry(of: path, user: user)
    guard before != nil || !new.isFull else {
      throw PermissionRefusal(
        .notKept, "something is decided about \(PermissionTable.capacity) programs already: forget some of them")
    }
    var entry = before ?? KeptPermission(path: path, user: user, time: 0, by: "", how: .command)
    try edit(&entry)
    guard entry.decidesAnything || before != nil || mayBeNone else {
      throw PermissionRefusal(.missing, "nothing was decided about \(path.visible)")
    }
    entry.tidy()
    // Whole, as the file has it.
    entry.time = WallClock.seconds().rounded(.down)
    if entry.decidesAnything { new.set(entry) } else { new.removeEntry(of: path, user: user) }
    try keep(new)
    return entry
  }

  /// - Parameter user: `nil` for all that was decided about the path.
  /// - Returns: what was decided.
  mutating func remove(_ path: String, user: UInt32?) throws(PermissionRefusal) -> [KeptPermission] {
    try checkFile()
    var new = table
    let gone = new.remove(path, user: user)
    guard !gone.isEmpty else {
      throw PermissionRefusal(.missing, PermissionWords.nothing(about: path, user, new.entries(of: path)))
    }
    try keep(new)
    return gone
  }

  /// A file that could not be read is not written over.
  private func checkFile() throws(PermissionRefusal) {
    if let problem { throw PermissionRefusal(.notKept, "\(problem); mend or remove the file first") }
  }

  private mutating func keep(_ new: PermissionTable) throws(PermissionRefusal) {
    if let failure = file?.write(new) { throw PermissionRefusal(.notKept, "it cannot be kept: \(failure)") }
    table = new
    // Somebody may have written it in this moment: then it is read anew.
    let written = try? file?.read(unless: nil)
    tag = written?.table == new ? written?.tag : nil
    // Without it a damaged file costs more, but what was decided is kept.
    _ = file?.copy.write(new)
  }
}
