public import ArgumentParser
internal import CMalloc
internal import Foundation
internal import SentryControl

/// The `sentry` program: its subcommands, one file each.
public struct Sentry: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "sentry",
    abstract: "A firewall and intrusion sentry whose rules are one readable document.",
    discussion: """
      Try a document on a capture, then let it watch live traffic:

        sentry check Documents/Default.plist
        sentry replay Documents/Default.plist Samples/mixed.pcap
        sentry run Documents/Default.plist -i eth0
        sentry apply Documents/Default.plist
        sentry show-active
      """,
    version: ProgramVersion.text,
    groupedSubcommands: [
      CommandGroup(
        name: "Documents and captures:",
        subcommands: [Check.self, Checks.self, TestDocuments.self, Show.self, Replay.self, Explain.self]),
      CommandGroup(
        name: "Editing documents:",
        subcommands: [
          Enable.self, Disable.self, Copy.self, Paste.self, New.self, Delete.self, Move.self, Format.self, Diff.self,
          Convert.self, Compile.self, ImportCommand.self,
        ]),
      CommandGroup(
        name: "Without writing rules:",
        subcommands: [Mode.self, Services.self, Applications.self, Stealth.self, Reachable.self, Scan.self]),
      CommandGroup(
        name: "A running sentry:",
        subcommands: [
          Run.self, Apply.self, Confirm.self, Rollback.self, ShowActive.self, On.self, Off.self, Triggered.self,
          Logins.self, Allow.self, Block.self, Unblock.self,
          Lists.self, Connections.self, Interfaces.self, Log.self, Traffic.self, Status.self, Top.self, Metrics.self,
          Open.self, ServiceCommand.self, OwnerLookup.self, NotifierProcess.self,
        ]),
      CommandGroup(name: "The rule language:", subcommands: [Properties.self, Actions.self]),
    ])

  public init() {}
}

/// The program's entry: parses the command line, runs the command, and ends with its exit status.
public enum SentryProgram {
  public static func main() async -> Never {
    // A peer that goes away is an error of that write (`Console.write`, the control socket), not the end of the program.
    signal(SIGPIPE, SIG_IGN)
    // Large blocks go back to the system as soon as they are free. By itself the C library comes to keep ever larger ones,
    // and an array that grows leaves holes as large as itself (mallopt(3)).
    mallopt(M_MMAP_THRESHOLD, 1 << 20)
    _ = Console.closedStreams
    let arguments = Array(CommandLine.arguments.dropFirst())
    var running: (any ParsableCommand.Type)?
    do {
      if let unknown = UsageError.unknownCommand(in: arguments) {
        running = unknown.command
        throw unknown.mistake
      }
      var command = try Sentry.parseAsRoot(arguments)
      running = type(of: command)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      exit(ExitStatus.done.rawValue)
    } catch let failure as CommandFailure {
      if let message = failure.message { Console.writeError("sentry: \(message)") }
      exit(failure.status.rawValue)
    } catch {
      let isHelp = Sentry.exitCode(for: error).isSuccess
      if isHelp { Console.writeLine(Sentry.fullMessage(for: error)) }
      if !isHelp { Console.writeError(UsageError.text(of: error, in: running, arguments)) }
      exit(isHelp ? ExitStatus.done.rawValue : ExitStatus.usage.rawValue)
    }
  }
}
