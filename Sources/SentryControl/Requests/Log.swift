/// How the log is doing, and the places where it is written besides the daemon's memory.
public struct LogReport: Codable, Sendable, Equatable {
  /// Off, what rules log is written nowhere.
  public var enabled: Bool
  /// Entries since the daemon started that were not written because the log was off.
  public var unwritten: UInt64
  /// What a rule may log in the long run; `nil`: no limit.
  public var entriesPerSecond: UInt32?
  /// Entries since the daemon started that went beyond.
  public var suppressed: UInt64
  public var places: [LogPlaceReport]

  public init(
    enabled: Bool, unwritten: UInt64, entriesPerSecond: UInt32?, suppressed: UInt64, places: [LogPlaceReport]
  ) {
    self.enabled = enabled
    self.unwritten = unwritten
    self.entriesPerSecond = entriesPerSecond
    self.suppressed = suppressed
    self.places = places
  }
}

/// How a place where the log is written is doing.
public struct LogPlaceReport: Codable, Sendable, Equatable {
  /// A file's path, `standard output`, `syslog` or `journal`.
  public var place: String
  /// `text`, `plist`, `ipfw`, `eve` or `json`; `nil` for the journal.
  public var form: String?
  /// Entries since the daemon started; also those that the form leaves out.
  public var written: UInt64
  /// Entries that are missing because they could not be written.
  public var lost: UInt64
  /// What is in the way; `nil` if nothing is.
  public var problem: String?

  public init(place: String, form: String?, written: UInt64, lost: UInt64, problem: String? = nil) {
    self.place = place
    self.form = form
    self.written = written
    self.lost = lost
    self.problem = problem
  }
}
