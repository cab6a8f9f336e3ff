import Foundation
import SentryTestSupport
import Testing

/// What happens where output cannot go: nothing is lost that was there before, and the program says why it ends.
@Suite struct OutputTests {
  static let document = TestFiles.path("Documents/Default.plist")
  static let scan = TestFiles.path("Samples/port-scan.pcap")

  /// Runs `sentry` through a shell, for what only a shell can set up.
  private func shell(_ line: String) async throws -> ProgramRun {
    let quoted = "'\(try Program.sentry.path)'"
    return try await Program("sh").run(["-c", line.replacingOccurrences(of: "sentry", with: quoted)])
  }

  @Test func aReaderThatGoesAwayEndsTheProgramQuietly() async throws {
    let run = try await shell("{ sentry show '\(Self.document)'; echo $? >&2; } | true")
    #expect(run.errors == "141\n" || run.errors == "0\n", "\(run.errors)")
  }

  @Test func aFullDiskIsToldAndEndsWith74() async throws {
    let run = try await shell("sentry show '\(Self.document)' > /dev/full")
    #expect(run.status == 74)
    #expect(run.errors == "sentry: standard output: No space left on device\n")
    let verdicts = try await Program.sentry.run(["replay", "--verdicts", "/dev/full", Self.document, Self.scan])
    #expect(verdicts.status == 74)
    #expect(verdicts.errors.hasSuffix("sentry: /dev/full: No space left on device\n"))
  }

  @Test func aDeviceIsWrittenToNotReplaced() async throws {
    let run = try await Program.sentry.run(["replay", "--verdicts", "/dev/null", Self.document, Self.scan])
    #expect(run.status == 0)
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
    #expect(type == .typeCharacterSpecial)
  }

  @Test func theCaptureBeingReadIsNotOverwritten() async throws {
    let folder = try TemporaryFolder()
    let capture = folder.path("scan.pcap")
    try FileManager.default.copyItem(atPath: Self.scan, toPath: capture)
    let link = folder.path("link.pcap")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: capture)
    for option in ["--write-passed", "--write-deleted", "--verdicts"] {
      let run = try await Program.sentry.run(["replay", option, link, Self.document, capture])
      #expect(run.status == 2)
      #expect(run.errors == "sentry: cannot write to \(link), which is read\n")
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: capture)) == Data(contentsOf: URL(fileURLWithPath: Self.scan)))
  }

  @Test func oneFileCannotTakeTwoOutputs() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("out")
    let run = try await Program.sentry.run([
      "replay", "--verdicts", path, "--write-passed", path, Self.document, Self.scan,
    ])
    #expect(run.status == 2)
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
