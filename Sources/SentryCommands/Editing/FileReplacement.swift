internal import Foundation
internal import SentryPropertyList
internal import SystemPackage

/// Writes a file as a whole or not at all: whoever reads it meanwhile sees the old text or the new one.
enum FileReplacement {
  /// Writes beside the file at `path`, then renames. Mode and owner stay, and a symbolic link stays one: what it points
  /// to is replaced. A file that is not there is made.
  static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    try write(to: path) { $0.write(bytes) }
  }

  /// The same for what `body` writes piece by piece.
  static func write(to path: String, _ body: (ByteOutput) -> Void) throws(CommandFailure) {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    if let type = attributes?[.type] as? FileAttributeType, type != .typeRegular {
      // A device or a pipe cannot be replaced.
      return try writeInto(target, shownAs: path, body)
    }
    let temporary = "\(target).\(UInt32.random(in: .min ... .max)).new"
    do {
      try create(temporary, like: attributes, body)
      // Safe: both strings live through the call, which keeps neither.
      guard unsafe rename(temporary, target) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw failure(path, error)
    }
  }

  private static func create(
    _ path: String, like attributes: [FileAttributeKey: Any]?, _ body: (ByteOutput) -> Void
  ) throws {
    let file = try FileDescriptor.open(
      FilePath(path), .writeOnly, options: [.create, .exclusiveCreate],
      permissions: attributes == nil ? .init(rawValue: 0o666) : .init(rawValue: 0o600))
    try file.closeAfter {
      try write(body, to: file)
      guard let attributes else { return }
      if let owner = attributes[.ownerAccountID] as? UInt32, let group = attributes[.groupOwnerAccountID] as? UInt32 {
        // Only root may give files away; whoever may not owns the file already, or its group lets them write.
        if fchown(file.rawValue, owner, group) != 0 { _ = fchown(file.rawValue, uid_t.max, group) }
      }
      if let mode = (attributes[.posixPermissions] as? NSNumber)?.uint32Value {
        guard fchmod(file.rawValue, mode) == 0 else { throw Errno(rawValue: errno) }
      }
      guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
  }

  private static func writeInto(
    _ path: String, shownAs shown: String, _ body: (ByteOutput) -> Void
  ) throws(CommandFailure) {
    do {
      let file = try FileDescriptor.open(FilePath(path), .writeOnly)
      try file.closeAfter { try write(body, to: file) }
    } catch {
      throw failure(shown, error)
    }
  }

  /// After a piece that cannot be written the others are let go.
  private static func write(_ body: (ByteOutput) -> Void, to file: FileDescriptor) throws {
    var failure: (any Error)?
    let output = ByteOutput { piece in
      guard failure == nil else { return }
      do { try file.writeAll(piece) } catch { failure = error }
    }
    body(output)
    output.finish()
    if let failure { throw failure }
  }

  private static func failure(_ path: String, _ error: any Error) -> CommandFailure {
    let isRefusal = (error as? Errno).map { $0 == .permissionDenied || $0 == .notPermitted } ?? false
    return CommandFailure(isRefusal ? .notPermitted : .inputOutput, "\(path): \(error)")
  }
}
