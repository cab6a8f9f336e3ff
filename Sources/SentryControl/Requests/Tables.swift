/// The unexpired entries of one table of addresses.
public struct TableReply: Codable, Sendable, Equatable {
  /// `trigger`, `address`, `authorize` or `invalid`.
  public var table: String
  /// Seconds since 1970, when the entries were read.
  public var time: Double
  public var entries: [TableEntryReport]

  public init(table: String, time: Double, entries: [TableEntryReport]) {
    self.table = table
    self.time = time
    self.entries = entries
  }
}
