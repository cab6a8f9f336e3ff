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

  private func poll(_ file: FollowedFile, at now: Double = 0) -> [String] { arrivals(file, at: now).map(\.line) }

  /// With how they have come.
  private func arrivals(
    _ file: FollowedFile, at now: Double = 0
  ) -> [(line: String, arrival: FollowedFile.Arrival)] {
    var lines: [(String, FollowedFile.Arrival)] = []
    file.poll(now: now) { lines.append((String(decoding: $0.bytes(0..<$0.count), as: UTF8.self), $1)) }
    return lines
  }

  /// Longer than what tells one file from another.
  private static let longLines = (1...9).map { "an old line of this log, number \($0)\n" }.joined()

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

  /// As logrotate does with `create`: the writer learns of the new file only later.
  @Test func whatIsWrittenToTheOldFileAfterTheNewOneIsThereIsRead() throws {
    try append("old\n")
    let file = FollowedFile(path: path)
    #expect(poll(file) == [])
    try FileManager.default.moveItem(atPath: path, toPath: folder.path("log.1"))
    try append("")
    #expect(poll(file, at: 1) == [])
    try append("one\nt", to: "log.1")
    #expect(poll(file, at: 2) == ["one"])
    try append("wo\n", to: "log.1")
    try append("three\n")
    #expect(poll(file, at: 30) == ["two", "three"])
    try append("four\n", to: "log.1")
    #expect(poll(file, at: 62) == ["four"])
    // Its writer has moved on.
    #expect(poll(file, at: 80) == [] && file.lineCount == 4)
    try append("late\n", to: "log.1")
    try append("five\n")
    #expect(poll(file, at: 81) == ["five"] && file.lineCount == 5)
  }

  @Test func aShortenedFileIsNotReadAgain() throws {
    try append(Self.longLines)
    let file = FollowedFile(path: path)
    #expect(poll(file) == [])
    try append("one\ntwo\n")
    #expect(poll(file) == ["one", "two"])
    truncate(path, off_t(Self.longLines.utf8.count + 4))
    #expect(poll(file) == [])
    try append("three\n")
    #expect(poll(file) == ["three"])
    // In the middle of a line: what comes is no line of its own.
    truncate(path, off_t(Self.longLines.utf8.count - 5))
    #expect(poll(file) == [])
    try append("rest\nfour\n")
    #expect(poll(file) == ["four"])
  }

  /// As `sed -i` does: another file of the same beginning takes the name, and the old one has none.
  @Test(arguments: [0, 40])
  func aRewrittenFileIsNotReadAgain(shorterBy bytes: Int) throws {
    try append(Self.longLines)
    let file = FollowedFile(path: path)
    #expect(poll(file) == [])
    try append("one\n")
    #expect(poll(file) == ["one"])
    try append(String((Self.longLines + "one\n").dropLast(bytes + 1)) + "\n", to: "new")
    rename(folder.path("new"), path)
    #expect(poll(file) == [])
    try append("two\n")
    #expect(poll(file) == ["two"])
  }

  @Test func whatWasThereBeforeIsToldFromWhatComes() throws {
    let file = FollowedFile(path: path)
    #expect(poll(file) == [])
    try append("one\n")
    #expect(arrivals(file).map(\.arrival) == [.found])
    try append("two\n")
    #expect(arrivals(file).map(\.arrival) == [.live])
    truncate(path, 0)
    try append("other\n")
    #expect(arrivals(file).map(\.arrival) == [.again])
    try append("three\n")
    #expect(arrivals(file).map(\.arrival) == [.live])
  }

  /// A writer that does not append leaves zero bytes where the file was cut.
  @Test func zeroBytesBeforeTheFirstLineAreNoneOfIt() throws {
    try append("a first line\n")
    let file = FollowedFile(path: path)
    #expect(poll(file) == [])
    let writer = try FileHandle(forWritingTo: URL(filePath: path))
    try writer.seek(toOffset: 6_000_000)
    truncate(path, 0)
    try writer.write(contentsOf: Data("one\n".utf8))
    #expect(poll(file) == ["one"])
    try writer.write(contentsOf: Data("two\n".utf8))
    #expect(poll(file) == ["two"])
    truncate(path, 0)
    #expect(poll(file) == [])
    try writer.write(contentsOf: Data("three\n".utf8))
    #expect(poll(file) == ["three"])
    truncate(path, 0)
    try Data([0, 0, 0]).write(to: URL(filePath: path))
    #expect(poll(file) == [])
    try append("four\n")
    #expect(poll(file) == ["four"])
  }

  @Test(arguments: ["log.1", "log-20261122"])
  func aRestartReadsTheRestOfARenamedFile(name: String) throws {
    try append("old\n")
    let before = FollowedFile(path: path)
    #expect(poll(before) == [])
    try append("one\n")
    #expect(poll(before) == ["one"])
    let place = try #require(before.place)
    try append("two\n")
    try FileManager.default.moveItem(atPath: path, toPath: folder.path(name))
    try append("three\n")
    let after = FollowedFile(path: path, from: place)
    #expect(poll(after) == ["two", "three"])
    try append("four\n", to: name)
    #expect(poll(after) == ["four"])
  }

  @Test(arguments: [Int64.min, -1, .max])
  func aPlaceThatCannotBeIsNone(offset: Int64) throws {
    try append("one\n")
    var place = try #require(FollowedFile(path: path, startsAtEnd: false).placeAfterReading)
    place.offset = offset
    let file = FollowedFile(path: path, from: place)
    #expect(arrivals(file).map(\.arrival) == [.found] && file.problem == nil)
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

extension FollowedFile {
  fileprivate var placeAfterReading: Place? {
    poll(now: 0) { _, _ in }
    return place
  }
}
