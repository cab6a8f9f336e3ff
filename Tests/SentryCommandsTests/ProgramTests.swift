import Foundation
import SentryTestSupport
import Testing

/// What tests rely on when they run programs for real.
@Suite struct ProgramTests {
  private let bash = Program("bash")

  @Test(arguments: [("exit 0", 0), ("exit 65", 65), ("kill -KILL $$", -9)] as [(String, Int32)])
  func statusSaysHowItEnded(script: String, status: Int32) async throws {
    #expect(try await bash.run(["-c", script]).status == status)
  }

  @Test func outputErrorsInputAndEnvironmentAreKeptApart() async throws {
    let run = try await bash.run(
      ["-c", "cat; echo $WORD; echo problem >&2"], input: Data("given ".utf8), environment: ["WORD": "set"])
    #expect(run.output == "given set\n")
    #expect(run.errors == "problem\n")
  }

  /// More than a pipe holds, and nobody reads until the end.
  @Test func muchOutputDoesNotBlock() async throws {
    #expect(try await bash.run(["-c", "printf '%1000000s'"]).output.utf8.count == 1_000_000)
  }

  /// The loop takes no notice of `SIGTERM`, and what it starts would keep it waiting.
  @Test func overdueProgramIsKilledWithWhatItStarted() async throws {
    let running = try bash.start(["-c", "trap '' TERM; while true; do sleep 600; done"])
    let failure = await #expect(throws: OverdueProgram.self) { try await running.waitForEnd(within: .milliseconds(10)) }
    #expect(failure?.description.hasPrefix("'bash -c trap") == true)
    try await waitUntil("it is gone") { !running.isRunning }
  }

  @Test func missingProgramIsNamed() async throws {
    let failure = await #expect(throws: MissingProgram.self) { try await Program("no-such-program").run([]) }
    #expect(failure?.description.hasPrefix("there is no program 'no-such-program' in /usr/sbin") == true)
    #expect(!Program("no-such-program").isThere)
  }
}
