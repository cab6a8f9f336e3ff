internal import Foundation
internal import SentryRules
internal import SentryService

/// The documents of the modes: that of this machine if it has one of its own in `/etc/sentry`, else the one that is part of the program.
enum ModeDocument {
  private static let folder = "/etc/sentry"

  /// With its name for reports.
  static func read(_ mode: FirewallMode) throws(CommandFailure) -> (name: String, bytes: [UInt8]) {
    let path = "\(folder)/\(mode.fileName)"
    guard FileManager.default.fileExists(atPath: path) else { return (mode.fileName, BuiltInDocument.bytes(of: mode)) }
    return (path, try FileInput.read(path))
  }

  /// What a document says otherwise than that of its mode; `nil` for one that is of no mode.
  static func changes(of bytes: [UInt8]) -> ModeChanges? {
    guard let document = try? EditableDocument(reading: bytes, fileName: "the document"), let mode = document.mode,
      let shipped = try? read(mode),
      let own = try? EditableDocument(reading: shipped.bytes, fileName: shipped.name)
    else { return nil }
    return document.changes(from: own)
  }

  /// The services that are known.
  static func serviceTable() throws(CommandFailure) -> ServiceTable {
    let (name, bytes) = try read(.services)
    guard let table = ServiceTable(reading: bytes) else {
      throw CommandFailure(.unusableData, "\(name) has no group '\(ServiceGroup.name)' at its top level")
    }
    return table
  }
}
