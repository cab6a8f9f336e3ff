import Foundation
import SentryTestSupport
import Testing

/// `--jobs` on the command line.
@Suite struct JobsCommandTests {
  static let cores = ProcessInfo.processInfo.activeProcessorCount

  @Test(arguments: [
    ("0", "expected 1 to"), ("-1", "expected 1 to"), ("100000", "expected 1 to"), ("x", "'x' is invalid for '--jobs"),
    ("1.5", "'1.5' is invalid for '--jobs"),
  ])
  func badNumbersAreUsageErrors(number: String, message: String) async throws {
    let run = try await Program.sentry.run(
      ["replay", "--jobs=\(number)", TestFiles.path("Samples/first.plist"), TestFiles.path("Samples/mixed.pcap")])
    #expect(run.status == 2)
    let isExpected = run.errors.contains(message) || Self.cores == 1 && run.errors.contains("this machine has one core")
    #expect(isExpected, "\(run.errors)")
  }

  @Test(.enabled(if: cores > 1, "one core"))
  func aRuleAcrossAddressesIsNamed() async throws {
    let run = try await replay("Documents/Default.plist", "Samples/port-scan.pcap")
    #expect(run.status == 0)
    #expect(
      run.errors.contains(
        "--jobs 2: one core does it all, because rule 2.3.1 says Delay, and packets of every address wait in one queue\n"
      ),
      "\(run.errors)")
  }

  @Test(.enabled(if: cores > 1, "one core"))
  func nothingIsSaidWhereBothCoresWork() async throws {
    let run = try await replay("Samples/ssh-guard.plist", "Samples/port-scan.pcap", "--local", "192.0.2.10")
    #expect(run.status == 0)
    #expect(run.errors == "")
  }

  @Test(.enabled(if: cores > 1, "one core"))
  func standardOutputCannotBeBegunAnew() async throws {
    let run = try await replay("Samples/ssh-guard.plist", "Samples/port-scan.pcap", "--write-passed", "-")
    #expect(run.errors.contains("because standard output cannot be begun anew"), "\(run.errors)")
  }

  @Test(.enabled(if: cores > 1, "one core"))
  func capturesComeByPipeToo() async throws {
    let capture = try Data(TestFiles.bytes("Samples/mixed.pcap"))
    func run(_ jobs: String) async throws -> String {
      try await Program.sentry.run(
        ["replay", "--jobs", jobs, "--local", "192.0.2.10", TestFiles.path("Samples/ssh-guard.plist"), "-"],
        input: capture
      ).output
    }
    #expect(try await run("1") == run("2"))
  }

  /// What is written when the work begins anew on one core replaces what was there.
  @Test(.enabled(if: cores > 1, "one core"))
  func aTableThatMayBeFullMakesOneCoreDoItAll() async throws {
    let folder = try TemporaryFolder()
    let rule =
      "{ enabled = 1; propertyName = Direction; propertyValue = inbound; filterActionName = \"Keep address\"; }"
    let document = try folder.write("d.plist", "{ rules = ( \(rule) ); settings = { addressCapacity = 3; }; }")
    var written: [Data] = []
    for jobs in ["1", "2"] {
      let path = folder.path("verdicts \(jobs)")
      let run = try await Program.sentry.run([
        "replay", "--jobs", jobs, "--local", "192.0.2.10", "--verdicts", path, document,
        TestFiles.path("Samples/mixed.pcap"),
      ])
      #expect(run.errors == (jobs == "1" ? "" : Self.fullTable))
      written.append(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
    #expect(written.first == written.last && written.first?.isEmpty == false)
  }

  private static let fullTable =
    "--jobs 2: one core does it all, because table address may be too small, and then one address drives out others\n"

  private func replay(_ document: String, _ capture: String, _ options: String...) async throws -> ProgramRun {
    try await Program.sentry.run(
      ["replay", "--jobs", "2"] + options + [TestFiles.path(document), TestFiles.path(capture)])
  }
}
