internal import Foundation

/// What this process keeps in memory.
enum ProcessMemory {
  /// Bytes that are the process's own, mapped files and library pages apart (`RssAnon`, proc_pid_status(5)); `nil` where
  /// the system does not say.
  static func ownBytes() -> Int? {
    ProcessStatus.text().flatMap { ownBytes(inStatus: $0) }
  }

  static func ownBytes(inStatus status: String) -> Int? {
    guard let words = ProcessStatus.value(of: "RssAnon", in: status), words.count == 2, words[1] == "kB",
      let kilobytes = Int(words[0])
    else { return nil }
    return kilobytes.multipliedReportingOverflow(by: 1_024).partialValue
  }
}

/// What the system says of this process, or another (proc_pid_status(5)).
enum ProcessStatus {
  /// `nil` where it does not say.
  static func text() -> String? { text(of: "self") }

  static func text(of process: some CustomStringConvertible) -> String? {
    FileManager.default.contents(atPath: "/proc/\(process)/status").map { String(decoding: $0, as: UTF8.self) }
  }

  /// The words behind a name; `nil` if it is not there.
  static func value(of name: String, in status: String) -> [Substring]? {
    for line in status.split(separator: "\n") where line.hasPrefix("\(name):") {
      return line.split(whereSeparator: \.isWhitespace).dropFirst().map { $0 }
    }
    return nil
  }
}
