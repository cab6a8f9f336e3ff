internal import Foundation
internal import Glibc

/// A file of the state directory, written at one stroke: whoever reads it sees what was there before, or all of the new.
enum StateFile {
  /// With mode 0640: nobody else's to read.
  ///
  /// - Returns: why it could not be written; `nil` if it was.
  static func write(_ bytes: some Sequence<UInt8>, to path: String) -> String? {
    do {
      try create("\(path).new", Data(bytes))
      // Safe: Swift passes the paths as terminated strings that live during the call.
      guard unsafe rename("\(path).new", path) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
      return nil
    } catch {
      return "\(path): \(error.localizedDescription)"
    }
  }

  private static func create(_ path: String, _ data: Data) throws {
    // Safe: Swift passes the path as a terminated string that lives during the call.
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard file >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    try handle.write(contentsOf: data)
    try handle.synchronize()
    try handle.close()
  }
}
