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

  let path: String
  private static let longest = 16 << 20

  init(stateDirectory: String) { path = "\(stateDirectory)/applications.plist" }

  /// What was written last, which nobody has reason to change: for the case that somebody has damaged the file.
  var copy: PermissionFile { PermissionFile(path: path + ".last") }

  private init(path: String) { self.path = path }

  /// Empty if there is no such file.
  func read() throws(Failure) -> PermissionTable {
    let file: ListFile.Content
    do throws(ListFile.Failure) {
      file = try ListFile.read(path, longest: Self.longest)
    } catch {
      if error.isMissing { return PermissionTable() }
      throw Failure(reason: "\(path): \(error.reason)")
    }
    let reading = PropertyList.read(file.bytes, fileName: path)
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
    entries.append(.init(key: PermissionReader.Key.time.rawValue, value: .integer(Int64(time))))
    write(.by, by)
    write(.how, how.rawValue)
    return .dictionary(PropertyListDictionary(entries))
  }
}

/// Reads the entries of the file. One that is wrong makes all of it unusable: half of what somebody has decided is not that.
enum PermissionReader {
  enum Key: String, CaseIterable { case path, user, inbound, outbound, sha256, time, by, how }

  struct Failure: Error {
    var place: Diagnostic.Place
    var message: String

    init(_ node: PropertyListNode, _ message: String) {
      place = node.place
      self.message = message
    }
  }

  static func table(_ root: PropertyListNode) throws(Failure) -> PermissionTable {
    guard root.kind == .dictionary, let list = root["applications"], list.kind == .array else {
      throw Failure(root, "expected { applications = ( … ); }")
    }
    var table = PermissionTable()
    for node in list.elements {
      guard !table.isFull else { throw Failure(node, "there are more than \(PermissionTable.capacity) entries") }
      let entry = try entry(node)
      guard table.entry(of: entry.path, user: entry.user) == nil else {
        throw Failure(node, "there are two entries of \(entry.path.visible) for the same user")
      }
      table.set(entry)
    }
    return table
  }

  private static func entry(_ node: PropertyListNode) throws(Failure) -> KeptPermission {
    guard node.kind == .dictionary else { throw Failure(node, "an entry must be a dictionary { path = …; }") }
    for entry in node.entries where Key(rawValue: entry.key) == nil {
      let names = Key.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(entry.value, "no entry has '\(entry.key.visible)': there are \(names)")
    }
    guard let path = node[Key.path.rawValue] else { throw Failure(node, "the entry has no path") }
    guard let text = path.text, text.hasPrefix("/"), text.utf8.count <= 4_096, !text.utf8.contains(0) else {
      throw Failure(path, "the path must begin at the root, such as /usr/bin/curl")
    }
    var entry = KeptPermission(path: text, time: 0, by: "", how: .command)
    entry.user = try value(node, .user, user)
    entry.inbound = try value(node, .inbound, word)
    entry.outbound = try value(node, .outbound, word)
    entry.sha256 = try value(node, .sha256, digest)
    entry.time = try value(node, .time, time) ?? 0
    entry.by = try value(node, .by, string) ?? ""
    entry.how = try value(node, .how, word) ?? .command
    guard entry.inbound != nil || entry.outbound != nil else {
      throw Failure(node, "the entry decides nothing: inbound or outbound must be allow or deny")
    }
    guard !entry.allowsAnything || entry.sha256 != nil else {
      throw Failure(node, "what is allowed needs the sha256 of the executable")
    }
    return entry
  }

  private static func value<Value>(
    _ node: PropertyListNode, _ key: Key, _ read: (PropertyListNode) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    guard let value = node[key.rawValue] else { return nil }
    return try read(value)
  }

  private static func string(_ node: PropertyListNode) throws(Failure) -> String {
    guard let text = node.text else { throw Failure(node, "expected a text") }
    return text
  }

  private static func word<Word: RawRepresentable & CaseIterable>(
    _ node: PropertyListNode
  ) throws(Failure) -> Word where Word.RawValue == String {
    guard let word = node.text.flatMap(Word.init(rawValue:)) else {
      let words = Word.allCases.map(\.rawValue).joined(separator: " or ")
      throw Failure(node, "expected \(words), found '\((node.text ?? "").visible)'")
    }
    return word
  }

  private static func user(_ node: PropertyListNode) throws(Failure) -> UInt32 {
    let text = node.text ?? ""
    guard let user = UInt32(text) ?? UserNames.number(of: text) else {
      throw Failure(node, "this host has no user called '\(text.visible)'")
    }
    return user
  }

  private static func digest(_ node: PropertyListNode) throws(Failure) -> String {
    guard let text = node.text, text.utf8.count == 64, text.allSatisfy(\.isHexDigit) else {
      throw Failure(node, "expected a SHA-256: 64 hexadecimal digits")
    }
    return text.lowercased()
  }

  private static func time(_ node: PropertyListNode) throws(Failure) -> Double {
    guard let seconds = node.integer else { throw Failure(node, "expected seconds since 1970") }
    return Double(seconds)
  }
}
