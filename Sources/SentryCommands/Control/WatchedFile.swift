internal import Foundation
internal import SentryControl

/// A file that somebody edits: tells when it was saved.
///
/// The file is looked at a few times a second. So it does not matter how an editor saves: into the same file, or by a new one
/// that takes the place of the old.
struct WatchedFile {
  private static let interval = Duration.milliseconds(200)

  /// What tells one save from the next.
  private struct Stamp: Equatable {
    let number: UInt64
    let size: UInt64
    let time: Date

    /// `nil` where there is no file.
    init?(of path: String) {
      guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
        let number = (attributes[.systemFileNumber] as? NSNumber)?.uint64Value,
        let size = (attributes[.size] as? NSNumber)?.uint64Value, let time = attributes[.modificationDate] as? Date
      else { return nil }
      self.number = number
      self.size = size
      self.time = time
    }
  }

  private let path: String
  /// Of what was handed over last.
  private var taken: Stamp?

  /// What is there now is known already.
  init(path: String) {
    // A link may come to lead elsewhere; what it leads to is what is saved.
    self.path = path
    taken = Self.stamp(of: path)
  }

  private static func stamp(of path: String) -> Stamp? {
    Stamp(of: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
  }

  /// Whether there is something else now than what was handed over last.
  var wasSaved: Bool { Self.stamp(of: path).map { $0 != taken } ?? false }

  /// Waits until the file was saved, and for a moment nothing more is written to it.
  ///
  /// - Parameter tell: hears if the file is gone, or cannot be read.
  /// - Returns: what it holds then.
  mutating func nextSave(tell: (String) -> Void) async throws -> [UInt8] {
    var latest = taken
    var isMissed = false
    while true {
      try await Task.sleep(for: Self.interval)
      let stamp = Self.stamp(of: path)
      defer { latest = stamp }
      if stamp == nil, latest == nil, !isMissed {
        tell("it is gone; waiting for it to come back")
        isMissed = true
      }
      guard let stamp, stamp == latest, stamp != taken else { continue }
      taken = stamp
      guard stamp.size <= ControlLimit.requestBytes else {
        tell("it is longer than \(ControlLimit.requestBytes) bytes, and no document")
        continue
      }
      do throws(CommandFailure) {
        return try FileInput.read(path, atMost: ControlLimit.requestBytes)
      } catch {
        tell(error.message ?? "it cannot be read")
      }
    }
  }
}
