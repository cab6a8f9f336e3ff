public import Foundation

/// A folder for one test's files, removed with everything in it when the test lets go of it, however it ends.
public final class TemporaryFolder: Sendable {
  /// The folder itself.
  public let url: URL

  /// Makes one beside the system's other temporary files.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("sentry-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Where a file of that name is, or would be.
  public func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a file and returns its path.
  public func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    try Data(bytes).write(to: url.appendingPathComponent(name))
    return path(name)
  }

  /// Writes a file in UTF-8 and returns its path.
  public func write(_ name: String, _ text: String) throws -> String { try write(name, text.utf8) }
}
