internal import Foundation
internal import SystemPackage

/// Reads whole files named on the command line.
enum FileInput {
  /// Bytes that are read at most, for a device may never end: those of the longest document, and one, which shows that there are more.
  private static let longest = (1 << 30) + 1

  /// The bytes of the file at `path`; `-` is standard input.
  ///
  /// - Parameter limit: bytes it may have; what is for a daemon may have `ControlLimit.requestBytes`.
  static func read(_ path: String, atMost limit: Int = longest) throws(CommandFailure) -> [UInt8] {
    let file = try open(path)
    defer { if path != "-" { try? file.close() } }
    var bytes: [UInt8] = []
    while let block = try block(of: file, path, upTo: 1 << 20) {
      bytes += block
      guard bytes.count <= limit else {
        throw CommandFailure(.noInput, "\(displayName(path)): it has more than \(limit >> 20) MiB, which is too much")
      }
    }
    return bytes
  }

  /// Opens the file at `path`; `-` is standard input. Not only what is on a disk: also a pipe of the shell, or the null device.
  static func open(_ path: String) throws(CommandFailure) -> FileHandle {
    guard path == "-" else { return try reading(path) { try FileHandle(forReadingFrom: URL(fileURLWithPath: path)) } }
    if Console.closedStreams.contains(STDIN_FILENO) { throw CommandFailure(.noInput, "standard input is closed") }
    return .standardInput
  }

  /// The next bytes of a file that was opened; `nil` at its end.
  static func block(of file: FileHandle, _ path: String, upTo count: Int) throws(CommandFailure) -> [UInt8]? {
    try reading(path) { try file.read(upToCount: count).map { [UInt8]($0) } }
  }

  private static func reading<Value>(_ path: String, _ body: () throws -> Value) throws(CommandFailure) -> Value {
    do {
      return try body()
    } catch {
      throw CommandFailure(.noInput, "\(displayName(path)): \(reason(for: path, error))")
    }
  }

  /// How messages name `path`.
  static func displayName(_ path: String) -> String { path == "-" ? "standard input" : path }

  private static func reason(for path: String, _ error: any Error) -> String {
    if path == "-" { return "it cannot be read" }
    let url = URL(fileURLWithPath: path)
    guard FileManager.default.fileExists(atPath: path) else { return "no such file" }
    if (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true { return "is a directory" }
    if !FileManager.default.isReadableFile(atPath: path) { return "permission denied" }
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    guard let underlying, underlying.domain == NSPOSIXErrorDomain, let code = CInt(exactly: underlying.code) else {
      return "it cannot be read"
    }
    return "\(Errno(rawValue: code))".lowercased()
  }
}
