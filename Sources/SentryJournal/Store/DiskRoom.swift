internal import Foundation

/// What is left for others than root on the disk of a database.
///
/// Nothing is written to a disk with less than a megabyte: file systems that write nothing to the same place twice need room even for
/// bytes that have their place, those of mapped memory too.
enum DiskRoom {
  /// Below this a database is closed.
  private static let leastBytes: UInt64 = 1 << 20
  /// Above this one is opened, so that it is not closed and opened by turns.
  private static let enoughBytes: UInt64 = 2 << 20

  /// - Throws: `.unusable` where that is too little to go on.
  static func checkIsLeft(for database: String) throws(StoreError) {
    guard bytes(for: database) >= leastBytes else { throw .diskFull(database) }
  }

  /// - Throws: `.unusable` where that is too little to begin.
  static func checkIsEnough(for database: String) throws(StoreError) {
    guard isEnough(for: database) else { throw .diskFull(database) }
  }

  static func isEnough(for database: String) -> Bool { bytes(for: database) >= enoughBytes }

  /// Those of the directory; where they cannot be told, as many as there may be.
  private static func bytes(for database: String) -> UInt64 {
    let directory = URL(fileURLWithPath: database).deletingLastPathComponent().path
    var status = statvfs()
    // Safe: the call reads the path and fills the value that it is given, and keeps nothing.
    guard unsafe statvfs(directory, &status) == 0 else { return .max }
    return UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue
  }
}

extension StoreError {
  static func diskFull(_ database: String) -> StoreError {
    .unusable(path: database, reason: "less than a megabyte or two is free: its disk is full")
  }
}
