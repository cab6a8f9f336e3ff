import Foundation
import SentryTestSupport
import Testing

@testable import SentryLogins

@Suite struct FollowedFileTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("log")
  }

  private func append(_ text: String, to name: String = "log") throws {
    let path = folder.path(name)
    if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  private func poll(_ file: FollowedFile) -> [String] {
    var lines: [String] = []
    file.poll { lines.append(String(decoding: $0.bytes(0..<$0.count), as: UTF8.self)) }
    return lines
  }

  @Test func onlyWhatIsNewIsRead() throws {
    try append("old\n")
    let file = FollowedFile(path: path)
    #expect(poll(file) == [])
    try append("one\ntw")
    #expect(poll(file) == ["one"])
    try append("o\nthree\n")
    #expect(poll(file) == ["two", "three"])
    #expect(poll(file) == [])
  }

  @Test func aMissingFileIsReadFromItsBeginningOnceItIsThere() throws {
    let file = FollowedFile(path: path)
    #expect(poll(file) == [] && file.problem == "there is no such file")
    try append("one\n")
    #expect(poll(file) == ["one"] && file.problem == nil)
  }

  @Test func aRenamedFileIsReadToItsEnd() throws {
    try append("old\n")
    let file = FollowedFile(path: path)
    #expect(poll(file) == [])
    try append("one\n")
    try FileManager.default.moveItem(atPath: path, toPath: folder.path("log.1"))
    #expect(poll(file) == ["one"])
    // The writer has it open still.
    try append("two\n", to: "log.1")
    #expect(poll(file) == ["two"])
    try append("three\n", to: "log.1")
    try append("four\n")
    #expect(poll(file) == ["three", "four"])
    try append("five\n")
    #expect(poll(file) == ["five"])
  }

  @Test func aCutFileIsReadFromItsBeginning() throws {
    try append("a first line\n")
    let file = FollowedFile(path: path)
    #expect(poll(file) == [])
    try append("one\n")
    #expect(poll(file) == ["one"])
    truncate(path, 0)
    #expect(poll(file) == [])
    try append("two\n")
    #expect(poll(file) == ["two"])
    // Cut, and longer again than before, between two looks.
    truncate(path, 0)
    try append("three of the new file\nfour of the new file\n")
    #expect(poll(file) == ["three of the new file", "four of the new file"])
  }

  @Test func aRestartGoesOnWhereItWas() throws {
    try append("old\n")
    let before = FollowedFile(path: path)
    #expect(poll(before) == [])
    try append("one\ntwo and ")
    #expect(poll(before) == ["one"])
    let place = try #require(before.place)
    try append("more\nthree\n")
    #expect(poll(FollowedFile(path: path, from: place)) == ["two and more", "three"])
    // Another file by now: all of it is new.
    try FileManager.default.removeItem(atPath: path)
    try append("four\n", to: "other")
    try FileManager.default.moveItem(atPath: folder.path("other"), toPath: path)
    #expect(poll(FollowedFile(path: path, from: place)) == ["four"])
  }

  /// What begins in the middle of a line could be what somebody has put there.
  @Test func theRestOfALineIsNoLine() throws {
    try append("user Invalid user x from ")
    let file = FollowedFile(path: path)
    #expect(poll(file) == [])
    try append("198.51.100.7 port 5\nwhole\n")
    #expect(poll(file) == ["whole"])
  }

  @Test func whatIsNoFileIsNotRead() throws {
    let file = FollowedFile(path: folder.url.path)
    #expect(poll(file) == [] && file.problem == "it is no file")
  }
}
