internal import Foundation
internal import SystemPackage

/// Writes a file as a whole or not at all: whoever reads it meanwhile sees the old text or the new one.
enum FileReplacement {
  /// Writes beside the file at `path`, then renames. Mode and owner stay, and a symbolic link stays one: what it points
  /// to is replaced. A file that is not there is made.
  static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    if let type = attributes?[.type] as? FileAttributeType, type != .typeRegular {
      // A device or a pipe cannot be replaced.
      return try writeInto(target, bytes, shownAs: path)
    }
    let temporary = "\(target).\(UInt32.random(in: .min ... .max)).new"
    do {
      try create(temporary, bytes, like: attributes)
      // Safe: both strings live through the call, which keeps neither.
      guard unsafe rename(temporary, target) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw failure(path, error)
    }
  }

  private static func create(_ path: String, _ bytes: [UInt8], like attributes: [FileAttributeKey: Any]?) throws {
    let file = try FileDescriptor.open(
      FilePath(path), .writeOnly, options: [.create, .exclusiveCreate],
      permissions: attributes == nil ? .init(rawValue: 0o666) : .init(rawValue: 0o600))
    try file.closeAfter {
      try file.writeAll(bytes)
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

  private static func writeInto(_ path: String, _ bytes: [UInt8], shownAs shown: String) throws(CommandFailure) {
    do {
      let file = try FileDescriptor.open(FilePath(path), .writeOnly)
      _ = try file.closeAfter { try file.writeAll(bytes) }
    } catch {
      throw failure(shown, error)
    }
  }

  private static func failure(_ path: String, _ error: any Error) -> CommandFailure {
    let isRefusal = (error as? Errno).map { $0 == .permissionDenied || $0 == .notPermitted } ?? false
    return CommandFailure(isRefusal ? .notPermitted : .inputOutput, "\(path): \(error)")
  }
}
