internal import Foundation
internal import SentryJournal
internal import SentryProcesses

extension WholeFile {
  /// Replaces a file of the state directory, which nobody else may read, at one stroke.
  ///
  /// - Returns: why it could not, with the path, as people may read it; `nil` if it did.
  static func failure(writing path: String, _ bytes: () throws -> [UInt8]) -> String? {
    do {
      try replace(path, with: bytes(), mode: 0o640)
      return nil
    } catch {
      return "\(path): \((error as? ProcessError).map { SystemReason.text(of: $0.code) } ?? error.localizedDescription)"
    }
  }
}
