internal import ArgumentParser
internal import SentryControl
internal import SentryJournal
internal import SentryProcesses

extension Log {
  /// `sentry log show`, or `sentry log` alone.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print what sentry has logged.",
      discussion: """
        The log is in the daemon's memory on disk, where it outlives the daemon; without one, the daemon keeps the latest \
        thousand entries. The newest come last. With --follow, new ones are printed as they come, until you press Control-C.

          sentry log --follow
          sentry log --address 203.0.113.0/24 --since 2h
          sentry log --rule 2.1 --verdict delete --format json
        """)

    @Flag(name: [.short, .long], help: "Go on with each new entry.")
    var follow = false

    @Option(
      name: [.customShort("n"), .customLong("last")], parsing: .unconditional,
      help: ArgumentHelp("The latest so many entries (default: 1000).", valueName: "number"), transform: Self.count)
    var last: Int?

    @Flag(help: "All entries, however many.")
    var all = false

    @Option(help: "What lines look like: for people, for the classic program's tools, for other collectors.")
    var format = LogFormatName.text

    @OptionGroup var log: LogOptions

    private var limit: Int? { all ? nil : last ?? 1_000 }

    private static func count(_ text: String) throws -> Int {
      guard let count = Int(text), count > 0 else { throw ValidationError("expected a number from 1") }
      return count
    }

    func validate() throws {
      if all, last != nil { throw ValidationError("--all and --last contradict each other: leave one of them out") }
      guard follow else { return }
      if log.stateDirectory != nil {
        throw ValidationError("only a running daemon can be followed: leave --state-directory out")
      }
      if all || last != nil {
        throw ValidationError("--follow begins with what the daemon has at hand: leave --all and --last out")
      }
    }

    func run() async throws {
      let lines = format.format(LogPlace(hostName: ThisMachine.name))
      func print(_ entry: LogEntry) {
        if let line = lines.line(entry) { Console.writeLine(line) }
      }
      let remarks = format == .text
      if follow {
        try await log.follow(remarks: remarks, print)
      } else {
        try await log.forEach(limit, remarks: remarks, print)
      }
    }
  }
}
