internal import SentryDiagnostics
internal import SentryPropertyList
internal import SentryRules

/// Reads the entries of the file. One that is wrong makes all of it unusable: half of what somebody has decided is not that.
enum PermissionReader {
  enum Key: String, CaseIterable { case path, user, inbound, outbound, sha256, former, time, by, how }

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
    try checkKeys(of: node, Key.allCases)
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
    entry.former = try value(node, .former, former)
    guard entry.former == nil || entry.allowsAnything else {
      throw Failure(node[Key.former.rawValue] ?? node, "there is no former executable where none is allowed now")
    }
    return entry
  }

  private static func checkKeys(of node: PropertyListNode, _ keys: [Key]) throws(Failure) {
    let names = keys.map(\.rawValue)
    for entry in node.entries where !names.contains(entry.key) {
      throw Failure(entry.value, "no entry has '\(entry.key.visible)': there are \(names.joined(separator: ", "))")
    }
  }

  private static func former(_ node: PropertyListNode) throws(Failure) -> FormerExecutable {
    guard node.kind == .dictionary else {
      throw Failure(node, "expected a dictionary { sha256 = …; inbound = allow; outbound = allow; }")
    }
    try checkKeys(of: node, [.sha256, .inbound, .outbound])
    guard let sha256 = try value(node, .sha256, digest) else {
      throw Failure(node, "the former executable has no sha256")
    }
    let (inbound, outbound) = (try value(node, .inbound, allowed), try value(node, .outbound, allowed))
    guard inbound != nil || outbound != nil else {
      throw Failure(node, "the former executable may do nothing: inbound or outbound must be allow")
    }
    return FormerExecutable(sha256: sha256, inbound: inbound ?? false, outbound: outbound ?? false)
  }

  private static func allowed(_ node: PropertyListNode) throws(Failure) -> Bool {
    guard node.text == KeptPermission.Decision.allow.rawValue else {
      throw Failure(node, "expected allow, found '\((node.text ?? "").visible)'")
    }
    return true
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
