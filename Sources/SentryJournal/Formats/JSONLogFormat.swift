internal import Foundation

/// The entry itself as one JSON object (RFC 8259), as the control socket sends it.
public struct JSONLogFormat: LogFormat {
  public init() {}

  public func line(_ entry: LogEntry) -> String? { JSONLine.text(entry) }

  public func entry(_ line: Substring) -> LogEntry? {
    try? JSONDecoder().decode(LogEntry.self, from: Data(line.utf8))
  }
}
