import Foundation
import SentryTestSupport
import Testing

@testable import SentryProcesses

@Suite struct ExecutableDigestTests {
  /// FIPS 180-4, the examples of its secure hash standard.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func aFileIsKnownByItsContents(_ text: String, _ sha256: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("tool", text)
    #expect(try ExecutableDigest.of(path).sha256 == sha256)
  }

  @Test func whatIsKnownIsNotReadAgain() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("tool", "one")
    let first = try ExecutableDigest.of(path)
    #expect(try ExecutableDigest.of(path) { $0 == first.identity ? "known" : nil }.sha256 == "known")
    // Another file in its place, of the same size.
    _ = try folder.write("other", "two")
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: folder.path("other"), toPath: path)
    #expect(try ExecutableDigest.of(path) { $0 == first.identity ? "known" : nil }.sha256 != "known")
  }

  @Test func aScriptIsNoProgram() throws {
    let folder = try TemporaryFolder()
    let script = try folder.write("script", "#!/bin/sh\n")
    let other = try folder.write("other", "#")
    for path in [script, other] {
      #expect(ExecutableDigest.whyNoProgram(path) == "is no program: nobody may execute it")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    #expect(ExecutableDigest.whyNoProgram(script)?.hasPrefix("is a script") == true)
    #expect(ExecutableDigest.whyNoProgram(other) == nil)
    #expect(ExecutableDigest.whyNoProgram(folder.url.path) == "is no file")
    #expect(ExecutableDigest.whyNoProgram("/proc/self/exe") == nil)
    #expect(ExecutableDigest.whyNoProgram(folder.path("nowhere")) == nil)
  }

  @Test func whatIsNoFileIsRefused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ExecutableDigest.Failure(reason: "it is no file")) { try ExecutableDigest.of(folder.url.path) }
    #expect(throws: ExecutableDigest.Failure(reason: "it is no file")) { try ExecutableDigest.of("/dev/null") }
    #expect(throws: ExecutableDigest.Failure(reason: "No such file or directory", isMissing: true)) {
      try ExecutableDigest.of(folder.path("nowhere"))
    }
  }
}
