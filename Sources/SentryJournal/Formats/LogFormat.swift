/// A form in which log entries are written, each on a line of its own, and read back.
///
/// What a line says is read back as it was written. Forms differ in what they say; each tells that of itself.
public protocol LogFormat: Sendable {
  /// The entry's line, without a line end; `nil` if this form leaves such entries out.
  func line(_ entry: LogEntry) -> String?

  /// Reads a line without its line end. Any text will do.
  ///
  /// - Returns: `nil` if the line is none of this form, or damaged.
  func entry(_ line: Substring) -> LogEntry?
}

/// The forms, by the names that options have for them.
public enum LogFormatName: String, CaseIterable, Sendable {
  case text, plist, ipfw, eve, json

  /// - Parameters:
  ///   - place: whose clock and calendar the lines go by.
  public func format(_ place: LogPlace = LogPlace()) -> any LogFormat {
    switch self {
    case .text: TextLogFormat(timeZone: place.timeZone)
    case .plist: PropertyListLogFormat(timeZone: place.timeZone)
    case .ipfw: IPFWLogFormat(place)
    case .eve: EVELogFormat(place)
    case .json: JSONLogFormat()
    }
  }
}
