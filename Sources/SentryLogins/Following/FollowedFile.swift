// How a log file is followed.
//
// The file is kept open, and read from where reading has ended. When its name leads to another file, that one is read from its
// beginning, and the old one beside it until its writer has moved on, too: a log that is renamed loses no line. A file that begins
// with other bytes than before was cut (`copytruncate`) and is read from its beginning; one that has only lost its end is not.
//
// A look costs two system calls when nothing has come.

internal import Foundation
internal import Glibc

/// Follows one file by its path; not for use by several tasks at a time.
public final class FollowedFile {
  /// What is known of a file after a restart.
  public struct Place: Codable, Sendable, Equatable {
    /// The file's number on its disk.
    public var inode: UInt64
    public var offset: Int64
    /// What it begins with.
    public var head: [UInt8]
  }

  /// How a line has come.
  public enum Arrival: Sendable {
    /// While the file was followed.
    case live
    /// It was there when the file was opened: how old it is, nothing says but the line.
    case found
    /// It was there after the file had been written anew: it can have been read before.
    case again
  }

  /// Why there is nothing to read: in words.
  public struct Problem: Error, Equatable, Sendable {
    public var text: String
    var code: Int32 = 0
  }

  /// A file that had the name before.
  private struct Older {
    var log: OpenLog
    var end: Double
    /// When something has come last.
    var lastTime: Double
  }

  /// Seconds for which a file is read on that has lost its name, and for how long nothing has come then.
  private static let olderSeconds = 60.0
  private static let quietSeconds = 10.0
  private static let mostOlder = 4

  public let path: String
  public private(set) var problem: String?
  private var current: OpenLog?
  /// The latest last.
  private var older: [Older] = []
  /// Of files that are closed.
  private var closedLines: (count: UInt64, tooLong: UInt64) = (0, 0)
  private var buffer: [UInt8] = []
  /// Where to begin with the first file, unless it comes later.
  private var known: Place?
  private var isFirst = true
  /// A file that comes later is read from its beginning.
  private let startsAtEnd: Bool

  /// - Parameters:
  ///   - place: where an earlier run has ended, if that was not long ago.
  ///   - startsAtEnd: without it, the file that is there is read from its end, or from its beginning.
  public init(path: String, from place: Place? = nil, startsAtEnd: Bool = true) {
    self.path = path
    known = place
    self.startsAtEnd = startsAtEnd
  }

  private var logs: [OpenLog] { older.map(\.log) + (current.map { [$0] } ?? []) }
  public var lineCount: UInt64 { logs.reduce(closedLines.count) { $0 + $1.lineCount } }
  public var tooLongCount: UInt64 { logs.reduce(closedLines.tooLong) { $0 + $1.tooLongCount } }

  /// Where to go on after a restart: behind the last complete line. `nil` while there is no file.
  public var place: Place? { current?.place }

  /// Hands the lines that have come since the last call to `body`.
  ///
  /// - Parameters:
  ///   - now: seconds on a clock that nobody sets.
  ///   - limit: bytes that are read of a file at most; more is left for the next call.
  /// - Returns: how many bytes were read.
  @discardableResult
  public func poll(now: Double, atMost limit: Int = 4 << 20, _ body: (Span<UInt8>, Arrival) -> Void) -> Int {
    var count = 0
    do throws(Problem) {
      var missing: Problem?
      if current == nil { do throws(Problem) { current = try openFirst(now) } catch { missing = error } }
      count += try readOlder(now, atMost: limit, body)
      if let missing { throw missing }
      count += try current?.read(atMost: limit, into: &buffer, body) ?? 0
      if try isReplaced() {
        try replace(now)
        // What has come between the two stands before what is in the new one.
        count += try readOlder(now, atMost: limit, body)
        count += try current?.read(atMost: limit, into: &buffer, body) ?? 0
      }
      problem = nil
    } catch {
      problem = error.text
    }
    return count
  }

  // MARK: The first file

  private func openFirst(_ now: Double) throws(Problem) -> OpenLog {
    let log: OpenLog
    do throws(Problem) { log = try OpenLog(path: path) } catch {
      // What comes later is new; what is there, and not ours to read, is not.
      if error.code == ENOENT {
        isFirst = false
        if let known { try beginRenamed(known, now) }
        known = nil
      }
      throw error
    }
    if isFirst { try begin(log, now) }
    isFirst = false
    known = nil
    return log
  }

  /// With the file that was there before us.
  private func begin(_ log: OpenLog, _ now: Double) throws(Problem) {
    guard let known else {
      if startsAtEnd { try log.goOn(at: .max) }
      return
    }
    if known.inode != log.inode, try beginRenamed(known, now) { return }
    if log.continues(known) { try log.goOn(at: known.offset) }
  }

  /// Goes on with the file that had our name before; false if it is not to be found.
  @discardableResult
  private func beginRenamed(_ known: Place, _ now: Double) throws(Problem) -> Bool {
    guard let renamed = renamedLog(known) else { return false }
    try renamed.goOn(at: known.offset)
    older = [Older(log: renamed, end: now + Self.olderSeconds, lastTime: now)]
    return true
  }

  private static let mostNames = 1_024

  /// The file that had our name when it was last read, under one that begins so: `auth.log.1`, `auth.log-20261122`.
  private func renamedLog(_ known: Place) -> OpenLog? {
    let place = URL(filePath: path)
    let folder = place.deletingLastPathComponent().path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names.filter({ $0.hasPrefix(place.lastPathComponent) }).prefix(Self.mostNames) {
      let path = "\(folder)/\(name)"
      guard Self.status(of: path).map({ UInt64($0.st_ino) }) == known.inode,
        let log = try? OpenLog(path: path), log.inode == known.inode, log.continues(known)
      else { continue }
      return log
    }
    return nil
  }

  // MARK: The next file

  /// The name leads to another file now, or to none for the moment: then the old one stays.
  private func isReplaced() throws(Problem) -> Bool {
    guard let status = Self.status(of: path) else {
      if errno == ENOENT { return false }
      throw Problem(errno)
    }
    return current.map { !$0.isNamed(by: status) } ?? false
  }

  private static func status(of path: String) -> stat? {
    var status = stat()
    // Safe: Swift passes the path as a terminated string that lives during the call, which writes the structure.
    return unsafe stat(path, &status) == 0 ? status : nil
  }

  private func replace(_ now: Double) throws(Problem) {
    let next = try OpenLog(path: path)
    if let current {
      // Who writes a file anew (`sed -i`) leaves no name to the old one; who renames it does.
      if current.hasNoName {
        if next.continues(current.place) { try next.goOn(at: current.place.offset) } else { next.beginAgain() }
      }
      older.append(Older(log: current, end: now + Self.olderSeconds, lastTime: now))
    }
    current = next
  }

  private func readOlder(
    _ now: Double, atMost limit: Int, _ body: (Span<UInt8>, Arrival) -> Void
  ) throws(Problem) -> Int {
    var total = 0
    for index in older.indices {
      let count = try older[index].log.read(atMost: limit, into: &buffer, body)
      if count > 0 { older[index].lastTime = now }
      total += count
    }
    closeQuiet(now)
    return total
  }

  private func closeQuiet(_ now: Double) {
    var left: [Older] = []
    for (index, entry) in older.enumerated() {
      let isQuiet = now >= entry.end && now >= entry.lastTime + Self.quietSeconds
      if !isQuiet, index >= older.count - Self.mostOlder {
        left.append(entry)
      } else {
        closedLines.count += entry.log.lineCount
        closedLines.tooLong += entry.log.tooLongCount
      }
    }
    if left.count < older.count { older = left }
  }
}
