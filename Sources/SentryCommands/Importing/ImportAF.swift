internal import ArgumentParser
internal import SentryDiagnostics
internal import SentryImport
internal import SentryService

extension ImportCommand {
  /// `sentry import af`
  struct AF: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "af",
      abstract: "Make a list of what Mac OS X Server's adaptive firewall blocks and allows.",
      discussion: """
        Reads af.plist (from /etc) and the files blacklist and whitelist (from /var/db/af); what a file is, it says itself, \
        or its name. The list goes to standard output, for `sentry triggered import`: who is on a blacklist enters table \
        trigger until its time is over, who is on a whitelist is allowed. What af.plist sets is told as settings to copy. \
        The exit status is 1 if a line cannot be read.

          sentry import af /etc/af.plist /var/db/af/blacklist /var/db/af/whitelist | sentry triggered import -
        """)

    @Argument(
      help: ArgumentHelp("af.plist, blacklist, whitelist; - reads a blacklist from standard input.", valueName: "file"))
    var files: [String]

    func run() throws {
      var problems = 0
      for file in files {
        let lists = AdaptiveFirewallFile(
          try FileInput.read(file), fileName: FileInput.displayName(file), now: WallClock.seconds())
        for line in lists.lines { Console.writeLine(line) }
        for problem in lists.problems { Console.writeError(problem) }
        if lists.overCount > 0 {
          Console.writeError(
            "\(FileInput.displayName(file)): \(counted(lists.overCount, "entry", plural: "entries")) left out: their time is over"
          )
        }
        problems += lists.problems.count
      }
      if problems > 0 { throw CommandFailure(.findings) }
    }
  }
}
