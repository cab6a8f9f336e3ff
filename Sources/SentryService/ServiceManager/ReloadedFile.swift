internal import Foundation

/// A document's file, and what it said when it was last looked at.
public struct ReloadedFile: Sendable {
  public let path: String
  /// `nil`: it was not there, or could not be read.
  private var known: [UInt8]?

  /// - Parameter known: what has been read already; `nil` to read it now.
  public init(path: String, known: [UInt8]? = nil) {
    self.path = path
    self.known = known ?? (try? Self.read(path))
  }

  /// It was there before.
  var wasRead: Bool { known != nil }

  enum Look: Equatable {
    case unchanged
    case changed([UInt8])
    case unreadable(reason: String)
  }

  /// Reads the file again. What is found to be new is known from then on, whatever becomes of it.
  mutating func look() -> Look {
    guard let bytes = try? Self.read(path) else { return .unreadable(reason: obstacle) }
    guard bytes != known else { return .unchanged }
    known = bytes
    return .changed(bytes)
  }

  /// What keeps the file from being read.
  private var obstacle: String {
    let files = FileManager.default
    guard files.fileExists(atPath: path) else { return "no such file" }
    guard Self.isFile(path) else { return "is no regular file" }
    return files.isReadableFile(atPath: path) ? "it cannot be read" : "permission denied"
  }

  /// What is behind a link counts. A pipe, which is empty once it was read, cannot be read again.
  private static func isFile(_ path: String) -> Bool {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    return (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
  }

  private static func read(_ path: String) throws -> [UInt8] {
    guard isFile(path) else { throw CocoaError(.fileReadUnknown) }
    return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
