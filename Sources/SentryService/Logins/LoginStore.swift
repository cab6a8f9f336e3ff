internal import Foundation
internal import SentryLogins
internal import SentryProcesses

/// What outlives the daemon: who was blocked and why, and how far logs were read.
struct KeptLogins: Codable, Sendable, Equatable {
  /// Seconds since 1970 when it was written.
  var time: Double = 0
  /// By path.
  var files: [String: FollowedFile.Place] = [:]
  /// By unit.
  var cursors: [String: String] = [:]
  var offenders: [Offenders.Kept] = []
}

/// The file `logins.json` in the state directory, mode 0640.
struct LoginStore: Sendable {
  private let path: String
  private static let longest = 16 << 20

  init(stateDirectory: String) { path = "\(stateDirectory)/logins.json" }

  /// `nil` if there is none that can be read: then it is as if nobody had been blocked before.
  func read() -> KeptLogins? {
    guard let file = try? ListFile.read(path, longest: Self.longest) else { return nil }
    return try? JSONDecoder().decode(KeptLogins.self, from: Data(file.bytes))
  }

  /// Takes the place of what was there, at once or not at all.
  ///
  /// - Returns: why it could not.
  func write(_ kept: KeptLogins) -> String? {
    WholeFile.failure(writing: path) { Array(try JSONEncoder().encode(kept)) }
  }
}
