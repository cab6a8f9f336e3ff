internal import ArgumentParser
internal import SentryJournal
internal import SentryProcesses
internal import SentryService

/// `--log` and what goes with it: where `sentry run` writes its log, besides its memory.
struct LogPlaceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the log is written besides the daemon's memory: a file with its path, stdout, syslog or journal; repeat it for more.",
      discussion: """
        WHERE:FORM writes it in another form than text: plist, ipfw, eve or json, such as /var/log/sentry/eve.json:eve. The journal \
        has fields of its own. syslog:/path and journal:/path name another socket.
        """,
      valueName: "where[:form]"), transform: Self.destination)
  var log: [LogDestination] = []

  @Option(
    help: ArgumentHelp(
      "When a log file is renamed and a fresh one begun: with each new day or when it is too large, only when it is too large, or "
        + "never.",
      valueName: "when"))
  var logRotate = Rotation.daily

  enum Rotation: String, ExpressibleByArgument, CaseIterable { case daily, size, never }

  @Option(
    help: ArgumentHelp("How large a log file may become: 64M, 2G or the like (default: 64M).", valueName: "size"),
    transform: SizeArgument.bytes)
  var logFileSize: Int64?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many old log files stay, 0 to 999 (default: 10).", valueName: "number"),
    transform: Self.count)
  var logFiles: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many entries a second one rule may log in the long run: a number or unlimited "
        + "(default: 20000 in the daemon's memory, 100 where --log says).",
      valueName: "number"), transform: Self.limit)
  var logLimit: LogLimit?

  func validate() throws {
    let places = log.map(\.place)
    for (index, place) in places.enumerated() where places[..<index].contains(place) {
      throw ValidationError("the log is written to \(log[index]) once only: leave one --log out")
    }
    guard log.contains(where: \.isFile) else {
      let given = [("--log-file-size", logFileSize != nil), ("--log-files", logFiles != nil)]
      guard let (option, _) = given.first(where: \.1) else { return }
      throw ValidationError("\(option) says something of log files only: add --log with a file, or leave \(option) out")
    }
    if logRotate == .never, logFileSize != nil || logFiles != nil {
      throw ValidationError(
        "--log-rotate never leaves old files to others: leave --log-file-size and --log-files out, or --log-rotate")
    }
  }

  var options: JournalOptions {
    var options = JournalOptions()
    options.destinations = log
    options.rotation = rotation
    if let logLimit { (options.limit, options.destinationLimit) = (logLimit, logLimit) }
    options.host = LogPlace(hostName: ThisMachine.name)
    return options
  }

  var writesToStandardOutput: Bool { log.contains { $0.place == .standardOutput } }

  private var rotation: LogRotation {
    guard logRotate != .never else { return .never }
    var rotation = LogRotation()
    rotation.isDaily = logRotate == .daily
    rotation.bytes = logFileSize ?? rotation.bytes
    rotation.kept = logFiles ?? rotation.kept
    return rotation
  }

  // MARK: Reading

  private static func destination(_ text: String) throws -> LogDestination {
    do throws(LogDestinationError) {
      return try LogDestination(text)
    } catch {
      throw ValidationError(error.description)
    }
  }

  private static func count(_ text: String) throws -> Int {
    guard let count = Int(text), (0...999).contains(count) else {
      throw ValidationError("expected a number from 0 to 999")
    }
    return count
  }

  private static func limit(_ text: String) throws -> LogLimit {
    if text == "unlimited" { return LogLimit(entriesPerSecond: nil) }
    guard let number = UInt32(text), (1...1_000_000).contains(number) else {
      throw ValidationError("expected a number from 1 to 1000000, or unlimited")
    }
    return LogLimit(entriesPerSecond: number)
  }
}

extension LogDestination {
  fileprivate var isFile: Bool {
    if case .file = place { return true }
    return false
  }
}
