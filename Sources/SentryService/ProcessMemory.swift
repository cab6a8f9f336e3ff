internal import Foundation

/// What this process keeps in memory.
enum ProcessMemory {
  /// Bytes that are the process's own, mapped files and library pages apart (`RssAnon`, proc_pid_status(5)); `nil` where
  /// the system does not say.
  static func ownBytes() -> Int? {
    guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return nil }
    return ownBytes(inStatus: String(decoding: data, as: UTF8.self))
  }

  static func ownBytes(inStatus status: String) -> Int? {
    for line in status.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count == 3, words[0] == "RssAnon:", words[2] == "kB", let kilobytes = Int(words[1]) else { continue }
      return kilobytes.multipliedReportingOverflow(by: 1_024).partialValue
    }
    return nil
  }
}
