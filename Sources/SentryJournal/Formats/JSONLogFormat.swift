internal import Foundation

/// The entry itself as one JSON object (RFC 8259), as the control socket sends it.
public struct JSONLogFormat: LogFormat {
  public init() {}

  public func line(_ entry: LogEntry) -> String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(entry)).map { String(decoding: $0, as: UTF8.self) }
  }

  public func entry(_ line: Substring) -> LogEntry? {
    try? JSONDecoder().decode(LogEntry.self, from: Data(line.utf8))
  }
}
