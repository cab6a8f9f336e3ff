import Foundation
import SentryTestSupport
import Testing

@testable import SentryProcesses

@Suite struct WholeFileTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("state.json")
  }

  @Test func theNewBytesTakeThePlaceOfTheOld() throws {
    try WholeFile.replace(path, with: Array("a longer old text".utf8), mode: 0o640)
    try WholeFile.replace(path, with: Array("new".utf8), mode: 0o600)
    #expect(try Data(contentsOf: URL(filePath: path)) == Data("new".utf8))
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["state.json"])
  }

  /// What somebody has put in the way is not written through.
  @Test func aLinkIsNotFollowed() throws {
    let other = try folder.write("other", "kept")
    try FileManager.default.createSymbolicLink(atPath: path + WholeFile.suffix, withDestinationPath: other)
    #expect(throws: ProcessError(name: "open", code: ELOOP)) { try WholeFile.replace(path, with: [1], mode: 0o600) }
    #expect(try String(contentsOfFile: other, encoding: .utf8) == "kept")
    // It is out of the way now.
    try WholeFile.replace(path, with: [1], mode: 0o600)
  }

  @Test func whatCannotTakeItsPlaceLeavesNothing() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(throws: ProcessError(name: "rename", code: EISDIR)) {
      try WholeFile.replace(path, with: [1], mode: 0o600)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["state.json"])
    #expect(throws: ProcessError(name: "open", code: ENOENT)) {
      try WholeFile.replace("\(path)/no/where", with: [1], mode: 0o600)
    }
  }

  @Test func whatIsNotThereIsTakenAway() throws {
    try WholeFile.replace(path, with: [1], mode: 0o600)
    try WholeFile.remove(path)
    try WholeFile.remove(path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }
}
