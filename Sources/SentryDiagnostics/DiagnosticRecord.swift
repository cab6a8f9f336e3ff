/// A finding as tools read it (JSON): places as 1-based lines and columns, the end exclusive.
public struct DiagnosticRecord: Codable, Equatable, Sendable {
  public var file: String
  /// The four numbers are absent where there is only a `path`.
  public var line: Int?
  public var column: Int?
  public var endLine: Int?
  public var endColumn: Int?
  /// `error`, `warning` or `note`.
  public var severity: String
  public var id: String
  public var message: String
  public var hint: String?
  public var path: String?

  public init(_ diagnostic: Diagnostic, in source: SourceText) {
    file = source.fileName
    severity = diagnostic.severity.rawValue
    id = diagnostic.id.rawValue
    message = diagnostic.message
    hint = diagnostic.hint
    path = diagnostic.path
    guard diagnostic.path == nil || !diagnostic.range.isEmpty else { return }
    let start = source.location(of: diagnostic.range.lowerBound)
    let end = source.location(of: diagnostic.range.upperBound)
    (line, column) = (start.line, start.column)
    (endLine, endColumn) = (end.line, end.column)
  }
}
