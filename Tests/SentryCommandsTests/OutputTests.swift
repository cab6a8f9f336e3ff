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

  /// Samples/port-scan.pcap with another link type in its header (bytes 20 to 23, little-endian).
  private func scan(linkType: UInt8, in folder: TemporaryFolder) throws -> String {
    var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: Self.scan)))
    bytes[20] = linkType
    return try folder.write("link-\(linkType).pcap", bytes)
  }

  @Test func aLinkTypeThatIsNotDecodedIsTold() async throws {
    let folder = try TemporaryFolder()
    let capture = try scan(linkType: 105, in: folder)  // IEEE 802.11
    let run = try await Program.sentry.run(["replay", "--local", "192.0.2.10", Self.document, capture])
    #expect(run.status == 0)
    #expect(run.errors == "\(capture): link type number 105 is not decoded; its packets count as not IP\n")
    #expect(run.output.contains("132 packets: 132 not IP"))
  }

  @Test func oneOutputForTwoLinkTypesIsRefusedBeforeItIsOpened() async throws {
    let folder = try TemporaryFolder()
    let other = try scan(linkType: 101, in: folder)  // raw IP
    let output = folder.path("passed.pcap")
    let run = try await Program.sentry.run([
      "replay", "--local", "192.0.2.10", "--write-passed", output, Self.document, Self.scan, other,
    ])
    #expect(run.status == 65)
    #expect(run.errors.contains("cannot hold packets of link type Ethernet and of raw IP"))
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  @Test func checksBeforeTheRulesShowInTheReport() async throws {
    let run = try await Program.sentry.run([
      "replay", "--local", "192.0.2.10", Self.document, TestFiles.path("Samples/fragments.pcap"),
    ])
    // Samples/README.md: two tiny first fragments, too short for a TCP header.
    #expect(run.output.contains("rule 0 (checks before the rules): 2 short TCP header"))
  }

  @Test func findingsAreToldUpToALimit() async throws {
    let folder = try TemporaryFolder()
    let rule = "{ enabled = 1; propertyName = Protocl; },\n"
    let path = try folder.write("many.plist", "(\n" + String(repeating: rule, count: 1000) + ")\n")
    let run = try await Program.sentry.run(["check", path])
    #expect(run.status == 1)
    #expect(run.output.components(separatedBy: "no property is called").count - 1 == 5)
    #expect(run.output.contains("\nand 195 more like this [unknownProperty]\n"))
    #expect(run.output.contains("[tooManyFindings]"))
    let json = try await Program.sentry.run(["check", "--format", "json", path])
    #expect(json.output.components(separatedBy: "no property is called").count - 1 == 200)
  }

  @Test func anEmptySocketPathIsAUsageError() async throws {
    let run = try await Program.sentry.run(["status", "--socket", ""])
    #expect(run.status == 2)
  }
}
