import Foundation
import SentryTestSupport
import Testing

@testable import SentryLogins

/// A log that is renamed, cut, and written by a program that learns of it late, in any order.
@Suite struct FollowedRotationTests {
  private struct Log {
    let folder: TemporaryFolder
    let path: String
    var writer: FileHandle
    var reader: FollowedFile
    var now = 0.0
    var written: [String] = []
    var read: [String] = []
    var renamed = 0
    /// Renamed so often since the writer has opened it.
    var behind = 0
    var actionsBehind = 0
    /// The file that has the name now.
    var isSeen = true

    init() throws {
      folder = try TemporaryFolder()
      path = folder.path("log")
      writer = try Self.open(path)
      reader = FollowedFile(path: path)
    }

    private static func open(_ path: String) throws -> FileHandle {
      let file = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      try #require(file >= 0)
      return FileHandle(fileDescriptor: file, closeOnDealloc: true)
    }

    mutating func write(pollBetween: Bool) throws {
      let line = "line \(written.count) of this log"
      try writer.write(contentsOf: Data(line.utf8))
      if pollBetween { poll() }
      try writer.write(contentsOf: Data("\n".utf8))
      written.append(line)
    }

    mutating func poll() {
      now += 1
      isSeen = true
      reader.poll(now: now) { line, _ in read.append(String(decoding: line.bytes(0..<line.count), as: UTF8.self)) }
    }

    mutating func rename(creating: Bool) throws {
      guard behind < 3, FileManager.default.fileExists(atPath: path) else { return }
      // What has a name only between two looks, nobody sees.
      if !isSeen { poll() }
      isSeen = false
      renamed += 1
      behind += 1
      try FileManager.default.moveItem(atPath: path, toPath: "\(path).\(renamed)")
      if creating { _ = try Self.open(path) }
    }

    mutating func reopen() throws {
      writer = try Self.open(path)
      (behind, actionsBehind, isSeen) = (0, 0, false)
    }

    /// What came between a look and the cut is in the copy only.
    mutating func cut() {
      guard behind == 0 else { return }
      poll()
      truncate(path, 0)
    }

    mutating func restart() {
      guard behind == 0 else { return }
      poll()
      reader = FollowedFile(path: path, from: reader.place)
    }

    mutating func act(_ random: inout SplitMix64) throws {
      // A writer learns of it within a minute.
      if behind > 0 { actionsBehind += 1 }
      if actionsBehind > 20 { try reopen() }
      switch Int.random(in: 0..<20, using: &random) {
      case 0..<9: try write(pollBetween: .random(using: &random))
      case 9..<14: poll()
      case 14..<16: try rename(creating: .random(using: &random))
      case 16..<18: try reopen()
      case 18: cut()
      default: restart()
      }
    }
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func noLineIsLostOrReadTwice(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    var log = try Log()
    log.poll()
    for _ in 0..<200 { try log.act(&random) }
    log.poll()
    log.poll()
    #expect(log.read == log.written)
  }
}
