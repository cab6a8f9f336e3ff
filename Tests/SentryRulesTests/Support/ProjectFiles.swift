import Foundation

/// Files that the project ships.
enum ProjectFiles {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: root.appending(path: path))
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: root.appending(path: path)))
  }

  /// `Samples/ssh-guard.plist` and so on: every document that we ship.
  static let documents: [String] = ["Documents", "Samples"].flatMap { folder in
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())) ?? []
    return names.filter { $0.hasSuffix(".plist") }.sorted().map { "\(folder)/\($0)" }
  }
}
