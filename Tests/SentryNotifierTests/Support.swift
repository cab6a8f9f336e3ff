import Foundation
import SentryProcesses
import SentryTestSupport
import Testing

@testable import SentryNotifier

extension TemporaryFolder {
  /// Writes a program of the shell that anybody may run, and returns its path.
  func writeScript(_ name: String, _ text: String, mode: Int = 0o755) throws -> String {
    let path = try write(name, "#!/bin/sh\n\(text)\n")
    try setMode(mode, of: path)
    return path
  }

  func setMode(_ mode: Int, of path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  /// What a file holds; empty while it is not there.
  func text(_ name: String) -> String {
    (try? String(contentsOfFile: path(name), encoding: .utf8)) ?? ""
  }
}

/// The process that carries out notifications is not ended by a program that does not read; nor is that of the tests.
enum BrokenPipes {
  static let areErrors: Void = { signal(SIGPIPE, SIG_IGN) }()
}

extension NoticeOutcome {
  var failure: String? { if case .failed(let text) = self { text } else { nil } }
}
