public import SentryDiagnostics
public import SentryPacket

/// Entries of the address tables as text: one a line, in up to four fields with tabs between (docs/Tables.md, "Lists").
///
///     203.0.113.9 ⇥ trigger ⇥ 2.1.5.1 telnet ⇥ 3
///     198.51.100.0/24
///     192.0.2.10-192.0.2.20 ⇥ authorize ⇥ office ⇥ 0
///
/// Address, table, who says so, duration. What is missing or empty takes a default. A line that cannot be read is left out, with a
/// finding; all others count.
public struct AddressList: Sendable {
  /// One line.
  public struct Entry: Hashable, Sendable {
    public var range: AddressRange
    public var table: AddressTableKind
    public var triggeredBy: String
    public var duration: AddressDuration

    public init(range: AddressRange, table: AddressTableKind, triggeredBy: String, duration: AddressDuration) {
      self.range = range
      self.table = table
      self.triggeredBy = triggeredBy
      self.duration = duration
    }
  }

  /// What counts where a line says nothing.
  public struct Defaults: Sendable {
    public var table: AddressTableKind
    /// `nil`: the last comment before the first entry, or without one `imported`.
    public var triggeredBy: String?
    public var duration: AddressDuration

    public init(table: AddressTableKind = .trigger, triggeredBy: String? = nil, duration: AddressDuration) {
      self.table = table
      self.triggeredBy = triggeredBy
      self.duration = duration
    }
  }

  /// In the order of their lines.
  public var entries: [Entry] = []
  /// An error for each line that was left out, up to a number somebody can read.
  public internal(set) var findings: [Diagnostic] = []
  /// How many lines were left out.
  public internal(set) var rejectedLines = 0

  public init(_ entries: [Entry]) { self.entries = entries }

  /// Reads UTF-8, with or without a byte order mark. Lines end with LF, CR or CR LF. Takes time with the number of bytes, never
  /// fails as a whole.
  ///
  /// - Parameter objection: why some addresses must not enter a table; such a line is left out.
  public init(
    reading bytes: [UInt8], defaults: Defaults,
    objection: @escaping (AddressRange, AddressTableKind) -> String? = { _, _ in nil }
  ) {
    var reader = AddressListReader(bytes: bytes, defaults: defaults, objection: objection)
    reader.readLines()
    self = reader.list
  }

  /// Lines that read as the same entries.
  ///
  /// - Parameter lineEnd: `\n`, or `\r` as the classic program wrote.
  public func text(lineEnd: String = "\n") -> String {
    var text = ""
    text.reserveCapacity(48 * entries.count)
    for entry in entries {
      text += "\(entry.range)\t\(entry.table.name)\t\(Self.field(entry.triggeredBy))\t\(entry.duration.listText)"
      text += lineEnd
    }
    return text
  }

  /// What stands for an empty text, as a field without one takes the default.
  static let emptyText = "\"\""

  /// Tabs, line ends and other control characters as blanks, and none around them: a rule's name may hold any.
  private static func field(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    let line = isPlain ? text : String(String.UnicodeScalarView(text.unicodeScalars.map(withoutControl)))
    guard let first = line.firstIndex(where: { $0 != " " }), let last = line.lastIndex(where: { $0 != " " }) else {
      return emptyText
    }
    return String(line[first...last])
  }

  private static func withoutControl(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: " "
    default: scalar
    }
  }
}
