/// One finding about a document: what is wrong, where, and the way out.
public struct Diagnostic: Equatable, Sendable {
  /// How much it matters. A document with an error is never run.
  public enum Severity: String, Comparable, Sendable {
    case note, warning, error

    public static func < (lower: Severity, higher: Severity) -> Bool {
      lower.rank < higher.rank
    }

    private var rank: Int {
      switch self {
      case .note: 0
      case .warning: 1
      case .error: 2
      }
    }
  }

  /// Where in the document: bytes of a text or of XML, or a path in a binary property list.
  public struct Place: Equatable, Sendable {
    /// Half-open UTF-8 byte range; empty for a spot between two bytes, and `0..<0` where there is only a path.
    public var range: Range<Int>
    /// From the root down, such as `rules[2].children[0].propertyValue`; `nil` in text and XML documents.
    public var path: String?

    public init(range: Range<Int>) {
      self.range = range
    }

    public init(path: String) {
      range = 0..<0
      self.path = path
    }
  }

  public var id: ID
  public var severity: Severity
  /// Half-open UTF-8 byte range in the document; line and column are worked out only when printed.
  public var range: Range<Int>
  /// Where in a binary document, such as `rules[2].children[0]`; `nil` in others.
  public var path: String?
  /// Lower case, names and quotes the thing found.
  public var message: String
  /// The way out, when there is one to offer.
  public var hint: String?

  public init(_ id: ID, _ severity: Severity = .error, at place: Place, _ message: String, hint: String? = nil) {
    self.id = id
    self.severity = severity
    range = place.range
    path = place.path
    self.message = message
    self.hint = hint
  }
}
