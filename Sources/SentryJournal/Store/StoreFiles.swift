internal import Foundation

/// The files of a database: itself, and in write-ahead mode two beside it.
public struct StoreFiles: Sendable {
  /// Members of this group, if it exists, may read.
  private static let group = "sentry"

  public let path: String

  public init(path: String) { self.path = path }

  private var all: [String] { ["", "-wal", "-shm"].map { path + $0 } }

  /// A pipe in their place would be waited for for ever, a device be written to.
  ///
  /// - Throws: `.unusable`.
  func checkAreFiles() throws(StoreError) {
    for file in all {
      var status = stat()
      // Safe: the kernel reads the path and writes one structure during the call.
      guard unsafe stat(file, &status) == 0 else { continue }
      guard [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else {
        throw .unusable(path: file, reason: "it is no regular file")
      }
    }
  }

  /// 0640: nobody else may read who was blocked, and by which rules.
  func protect() {
    for file in all where FileManager.default.fileExists(atPath: file) {
      try? FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
      try? FileManager.default.setAttributes([.groupOwnerAccountName: Self.group], ofItemAtPath: file)
    }
  }

  /// Renames them, so that a fresh database can begin in their place.
  ///
  /// - Parameter time: seconds since 1970.
  /// - Returns: where the database lies now.
  public func putAside(at time: Double) throws(StoreError) -> String {
    let stamp = Date(timeIntervalSince1970: time.rounded(.down)).formatted(
      Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted))
    let aside = "\(path).damaged-\(stamp)"
    do {
      for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
        try? FileManager.default.removeItem(atPath: aside + suffix)
        try FileManager.default.moveItem(atPath: path + suffix, toPath: aside + suffix)
      }
      try? FileManager.default.removeItem(atPath: path + "-shm")
    } catch {
      throw .unusable(path: path, reason: "it is damaged, and cannot be put aside: \(error.localizedDescription)")
    }
    return aside
  }
}
