internal import SentryDiagnostics
internal import SentryProcesses
internal import SentryPropertyList
internal import SentryRules

/// The file `applications.plist` in the state directory: a property list that people may read, and mend.
struct PermissionFile: Sendable {
  struct Failure: Error, Equatable {
    /// With the file, the place in it, what was found and what is expected.
    var reason: String
  }

  /// In the state directory.
  static let name = "applications.plist"

  let path: String
  private static let longest = 16 << 20

  init(stateDirectory: String) { path = "\(stateDirectory)/\(Self.name)" }

  /// What was written last, which nobody has reason to change: for the case that somebody has damaged the file.
  var copy: PermissionFile { PermissionFile(path: path + ".last") }

  private init(path: String) { self.path = path }

  struct Content: Sendable {
    /// Empty if there is no such file.
    var table = PermissionTable()
    /// Changes with the file; `nil` if there is none.
    var tag: String?
  }

  func read() throws(Failure) -> PermissionTable { try read(unless: nil)?.table ?? PermissionTable() }

  /// - Parameter known: the tag of what is known already.
  /// - Returns: `nil` if that is the file's still.
  func read(unless known: String?) throws(Failure) -> Content? {
    let file: ListFile.Content
    do throws(ListFile.Failure) {
      file = try ListFile.read(path, longest: Self.longest, unless: known)
    } catch {
      if error.isMissing { return Content() }
      throw Failure(reason: "\(path): \(error.reason)")
    }
    return file.tag == known ? nil : Content(table: try table(of: file.bytes), tag: file.tag)
  }

  private func table(of bytes: [UInt8]) throws(Failure) -> PermissionTable {
    let reading = PropertyList.read(bytes, fileName: path)
    if let finding = reading.diagnostics.first(where: { $0.severity == .error }) {
      throw Failure(reason: Self.text(finding, reading.source))
    }
    guard let root = reading.document?.root else { throw Failure(reason: "\(path): it is empty") }
    do throws(PermissionReader.Failure) {
      return try PermissionReader.table(root)
    } catch {
      throw Failure(
        reason: Self.text(Diagnostic(.badSetting, at: error.place, error.message), reading.source))
    }
  }

  /// `file:line:column: …`, without what follows.
  private static func text(_ finding: Diagnostic, _ source: SourceText) -> String {
    finding.rendered(in: source).split(separator: "\n").first.map(String.init) ?? finding.message
  }

  /// - Returns: why it could not be written; `nil` if it was.
  func write(_ table: PermissionTable) -> String? {
    let root = PropertyListValue.dictionary(
      PropertyListDictionary([.init(key: "applications", value: .array(table.entries.map(\.written)))]))
    let text = "// What programs of this host may do: see 'sentry applications'.\n" + PropertyListPrinter().print(root)
    return WholeFile.failure(writing: path) { Array(text.utf8) }
  }
}

extension KeptPermission {
  fileprivate var written: PropertyListValue {
    var entries: [PropertyListDictionary.Entry] = []
    func write(_ key: PermissionReader.Key, _ text: String?) {
      if let text { entries.append(.init(key: key.rawValue, value: .string(text))) }
    }
    write(.path, path)
    // Its number: a user may go, or get another name.
    write(.user, user.map { "\($0)" })
    write(.inbound, inbound?.rawValue)
    write(.outbound, outbound?.rawValue)
    write(.sha256, sha256)
    if let former { entries.append(.init(key: PermissionReader.Key.former.rawValue, value: former.written)) }
    entries.append(.init(key: PermissionReader.Key.time.rawValue, value: .integer(Int64(time))))
    write(.by, by)
    write(.how, how.rawValue)
    return .dictionary(PropertyListDictionary(entries))
  }
}

extension FormerExecutable {
  fileprivate var written: PropertyListValue {
    var entries: [PropertyListDictionary.Entry] = []
    func write(_ key: PermissionReader.Key, _ text: String) {
      entries.append(.init(key: key.rawValue, value: .string(text)))
    }
    let allowed = KeptPermission.Decision.allow.rawValue
    write(.sha256, sha256)
    if inbound { write(.inbound, allowed) }
    if outbound { write(.outbound, allowed) }
    return .dictionary(PropertyListDictionary(entries))
  }
}
