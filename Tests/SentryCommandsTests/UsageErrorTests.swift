import SentryTestSupport
import Testing

@testable import SentryCommands

/// Command lines that cannot be understood: each is told with the usage of its own command.
@Suite struct UsageErrorTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    let arguments: [String], message: String, usage: String
    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test(arguments: [
    Mistake(
      arguments: ["replya", "x"], message: "'sentry' has no command 'replya'; did you mean 'replay'?",
      usage: "sentry <subcommand>"),
    Mistake(
      arguments: ["frobnicate"], message: "'sentry' has no command 'frobnicate'; 'sentry --help' lists them",
      usage: "sentry <subcommand>"),
    Mistake(
      arguments: ["help", "cehck"], message: "'sentry' has no command 'cehck'; did you mean 'check'?",
      usage: "sentry <subcommand>"),
    Mistake(
      arguments: ["triggered", "lits"], message: "'sentry triggered' has no command 'lits'; did you mean 'list'?",
      usage: "sentry triggered <subcommand>"),
    Mistake(
      arguments: ["actions", "Pss"], message: "no action is called 'Pss'; did you mean 'Pass'?",
      usage: "sentry actions [<name>]"),
    Mistake(
      arguments: ["properties", "Dest prt"], message: "no property is called 'Dest prt'; did you mean 'Dest port'?",
      usage: "sentry properties [<name>]"),
    Mistake(
      arguments: ["checks", "neverMatchs"],
      message: "no finding is called 'neverMatchs'; did you mean 'neverMatches'?", usage: "sentry checks [<name>]"),
    Mistake(
      arguments: ["new"], message: "name a document, or --running for the rules in force", usage: "sentry new "),
  ])
  func mistakeIsToldWithTheUsageOfItsCommand(_ c: Mistake) async throws {
    let run = try await Program.sentry.run(c.arguments)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    let lines = run.errors.split(separator: "\n")
    #expect(lines.first == "Error: \(c.message)")
    #expect(lines.dropFirst().first?.hasPrefix("Usage: \(c.usage)") == true, "\(run.errors)")
    #expect(lines.last?.hasPrefix("  See 'sentry ") == true, "\(run.errors)")
  }

  @Test(arguments: [["help"], ["help", "check"], ["check", "--help"], ["triggered", "--help"], ["--version"]])
  func helpIsNoMistake(_ arguments: [String]) async throws {
    let run = try await Program.sentry.run(arguments)
    #expect(run.status == 0, "\(run.errors)")
    #expect(!run.output.isEmpty)
  }

  @Test(
    arguments: [
      (#""$0" paste x.plist <&-"#, 66, "sentry: standard input is closed\n"),
      (#""$0" check /dev/null"#, 1, "/dev/null:1:1: error: the document is empty"),
      (#""$0" check <(echo '()')"#, 0, "0 rules"),
    ] as [(String, Int32, String)])
  func inputsThatAreNoFilesAreRead(_ command: String, _ status: Int32, _ message: String) async throws {
    let run = try await Program("bash").run(["-c", command, Program.sentry.path])
    #expect(run.status == status, "\(run.errors)\(run.output)")
    #expect((run.errors + run.output).contains(message), "\(run.errors)\(run.output)")
  }

  /// Somebody may rely on what would be passed over.
  @Test(
    arguments: [
      ("", "--policy fail-closed", "--policy says something of queue mode only"),
      (
        "queue", "--dry-run --policy fail-closed",
        "--dry-run lets every packet pass, and --policy fail-closed drops them"
      ),
      ("", "--policy fail-open", "--policy says something of queue mode only"),
      ("monitor", "--queue-number 1", "--queue-number says something of queue mode only"),
      ("monitor", "--queue-mark 0x10000000", "--queue-mark says something of queue mode only"),
      ("monitor", "--dry-run", "--dry-run says something of queue and bridge mode only"),
      ("bridge", "--policy fail-closed", "--policy says something of queue mode only"),
      ("bridge", "--queue-number 1", "--queue-number says something of queue mode only"),
    ])
  func optionsOfAnotherModeAreRefused(_ mode: String, _ option: String, _ message: String) async throws {
    let words = ["run", "-i", "lo"] + (mode.isEmpty ? [] : ["--mode", mode])
    let run = try await Program.sentry.run(words + option.split(separator: " ").map(String.init))
    #expect(run.status == 2)
    #expect(run.errors.contains("Error: \(message)"), "\(run.errors)")
  }

  @Test(arguments: ["-1", "65536", "first", "--dry-run"])
  func numbersOfQueuesAreAskedFor(_ number: String) async throws {
    let run = try await Program.sentry.run(["run", "-i", "lo", "--mode", "queue", "--queue-number", number])
    #expect(run.status == 2)
    #expect(run.errors.contains("expected a number from 0 to 65535"), "\(run.errors)")
    #expect(run.errors.contains("'\(number)'"), "\(run.errors)")
  }

  @Test(arguments: ["-1", "0", "0x60000000", "0x20000000", "0x01000000", "0x100000000", "forty"])
  func marksOfSeveralBitsOrWithOtherUsesAreRefused(_ mark: String) async throws {
    let run = try await Program.sentry.run(["run", "--mode", "queue", "--queue-mark", mark])
    #expect(run.status == 2)
    #expect(run.errors.contains("expected one bit, such as 0x40000000, outside 0x2f000000, which has other uses"))
  }

  /// A shell closes it; what is opened next would be taken for it.
  @Test func closedStandardOutputIsSaid() async throws {
    let run = try await Program("bash").run(["-c", "\"$0\" actions >&-", Program.sentry.path])
    #expect(run.status == 74)
    #expect(run.errors == "sentry: standard output is closed\n")
  }
}
