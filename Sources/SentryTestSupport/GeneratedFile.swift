import Foundation

/// A file of the checkout that is made from the program's own declarations.
public struct GeneratedFile: Sendable {
  /// From the top of the checkout.
  public let path: String

  public init(_ path: String) { self.path = path }

  /// Whether it holds `text`. With `RECORD=1` in the environment a file that does not is written again; the answer
  /// stays no, so that nothing is recorded unseen.
  public func holds(_ text: String) throws -> Bool {
    let file = TestFiles.path(path)
    if let written = try? String(contentsOfFile: file, encoding: .utf8), written == text { return true }
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
    }
    return false
  }
}
