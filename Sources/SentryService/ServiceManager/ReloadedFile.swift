internal import SentryControl

/// A document's file, and which of its contents need not be looked at again: those that were put in force, or refused for what they
/// say.
public struct ReloadedFile: Sendable {
  public let path: String
  /// `nil`: it was not there, or could not be read.
  private var known: Digest?

  /// - Parameter known: what has been read already; `nil` to read it now.
  public init(path: String, known: [UInt8]? = nil) {
    self.path = path
    self.known = (known ?? (try? Self.read(path))).map(Digest.init)
  }

  /// It was there before.
  var wasRead: Bool { known != nil }

  enum Look: Equatable {
    case unchanged
    case changed([UInt8])
    case unreadable(reason: String)
  }

  /// Reads the file again, away from whoever asks.
  func look() async -> Look {
    await Task.detached { [path, known] in
      do throws(ListFile.Failure) {
        let bytes = try Self.read(path)
        return Digest(bytes) == known ? .unchanged : .changed(bytes)
      } catch {
        return .unreadable(reason: error.isMissing ? "no such file" : error.reason)
      }
    }.value
  }

  /// These contents need not be looked at again.
  mutating func settle(_ bytes: [UInt8]) { known = Digest(bytes) }

  /// What is behind a link counts. A pipe, which is empty once it was read, cannot be read again.
  private static func read(_ path: String) throws(ListFile.Failure) -> [UInt8] {
    try ListFile.read(path, longest: ControlLimit.requestBytes).bytes
  }

  /// Stands for the contents; nobody knows the key of this run.
  private struct Digest: Equatable {
    private let count: Int
    private let hash: Int

    init(_ bytes: [UInt8]) {
      (count, hash) = (bytes.count, bytes.hashValue)
    }
  }
}
