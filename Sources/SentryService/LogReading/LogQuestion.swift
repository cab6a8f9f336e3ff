internal import SentryEngine
internal import SentryJournal

/// Which entries of the log somebody wants to see.
struct LogQuestion: Sendable {
  var filter = EventFilter()
  /// The latest so many.
  var limit = Self.usualLimit
  /// The number of an entry: only those before it.
  var before: Int64?

  static let usualLimit = 200
}

/// An entry with its number, by which older ones can be asked for.
struct LogLine: Encodable, Sendable {
  /// `nil` for one that is just coming.
  var id: Int64?
  var entry: LogEntry

  private enum CodingKeys: String, CodingKey { case id }

  func encode(to encoder: any Encoder) throws {
    try entry.encode(to: encoder)
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encodeIfPresent(id, forKey: .id)
  }
}

extension EngineEvent.Kind {
  /// What entries of the log can have happened.
  static let logged: [EngineEvent.Kind] = [
    .pass, .delete, .reject, .dropConnection, .log, .alert, .email, .url, .script,
  ]

  /// By the word in JSON reports.
  init?(name: String) {
    guard let kind = Self.logged.first(where: { $0.name == name }) else { return nil }
    self = kind
  }
}
