public import SentryPacket

/// A list of addresses that a document follows: where it comes from, and the table that it fills (docs/Lists.md).
public struct ListSubscription: Sendable, Equatable {
  public enum Source: Sendable, Hashable {
    /// By HTTP or HTTPS; the whole URL.
    case page(String)
    /// A path from the root.
    case file(String)
  }

  /// How the list is written.
  public enum Format: String, Sendable, CaseIterable {
    /// An address, net or range a line.
    case plain
    /// As Spamhaus writes DROP: as text or in lines of JSON.
    case drop
    /// As `sentry triggered export` writes.
    case tsv
  }

  /// Letters, digits, `-`, `_` and `.`, which it does not begin with: 1...32. No other list of the document has it.
  public var name: String
  public var source: Source
  public var format = Format.plain
  public var table = AddressTableKind.trigger
  /// Seconds between two looks at the source, within `refreshLimits`.
  public var refreshSeconds = 86_400
  public var isEnabled = true
  /// How long an entry stays after the source was last seen, in seconds; `nil`, the default, for as long as the list has it.
  public var durationSeconds: UInt32?
  /// A list with more entries is refused.
  public var entryLimit = ListSubscription.usualEntryLimit

  public static let usualEntryLimit = 100_000
  public static let entryLimits = 1...1_000_000

  /// Servers of lists ask for patience; files of this host need none.
  public static func refreshLimits(of source: Source) -> ClosedRange<Int> {
    switch source {
    case .page: 300...2_592_000
    case .file: 10...2_592_000
    }
  }

  public init(name: String, source: Source) {
    self.name = name
    self.source = source
  }

  /// Whoever can change what comes over the wire enters whom he likes, where entries are let in.
  var authorizesUnprotected: Bool {
    guard table == .authorize, isEnabled, case .page(let url) = source else { return false }
    return url.prefix { $0 != ":" }.lowercased() == "http"
  }

  /// What entries of the list say who entered them: `list NAME`.
  public var note: String { Self.notePrefix + name }

  /// The name of the list that entered an entry which says this; `nil` if none did.
  public static func name(inNote note: String) -> String? {
    guard note.hasPrefix(notePrefix) else { return nil }
    let name = String(note.dropFirst(notePrefix.count))
    return isName(name) ? name : nil
  }

  private static let notePrefix = "list "

  /// Fit to be a list's name, and a file's.
  static func isName(_ text: String) -> Bool {
    (1...32).contains(text.utf8.count) && !text.hasPrefix(".")
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}

extension ListSubscription.Source: CustomStringConvertible {
  /// Without the user and password of a URL, which are nobody else's matter.
  public var description: String {
    guard case .page(let url) = self else {
      if case .file(let path) = self { return path }
      return ""
    }
    guard let scheme = url.firstRange(of: "://") else { return url }
    let rest = url[scheme.upperBound...]
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    guard let at = rest[..<end].lastIndex(of: "@") else { return url }
    return String(url[..<scheme.upperBound] + rest[rest.index(after: at)...])
  }

  /// Reads a URL of HTTP or HTTPS, or a path from the root.
  ///
  /// - Throws: what is wrong with it, and what would be accepted.
  init(_ text: String) throws(ValueError) {
    if text.hasPrefix("/") {
      guard text.utf8.count <= 1_024, !text.hasSuffix("/"), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
        throw .notAListFile(text)
      }
      self = .file(text)
      return
    }
    let scheme = text.prefix { $0 != ":" }.lowercased()
    guard ["http", "https"].contains(scheme), text.dropFirst(scheme.count).hasPrefix("://") else {
      throw .notAListSource(text)
    }
    guard case .page(let url) = try ProbeTarget(text) else { throw .notAListSource(text) }
    self = .page(url)
  }
}
