internal import ArgumentParser
internal import Foundation
internal import SentryDiagnostics
internal import SentryLogins
internal import SentryPacket
internal import SentryRules
internal import SentryService

extension Logins {
  /// `sentry logins read`
  struct Read: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read a log whole, and tell what it says of logins: nobody is blocked.",
      discussion: """
        To try services and patterns before a document follows the log. Failures are counted as for a document: what several \
        lines tell of one attempt counts once. With --doc the log is read as that document's entry for this file would be.

          sentry logins read /var/log/auth.log --service sshd
          sentry logins read /var/log/app.log --pattern 'login of <user> from <address> failed'
          sentry logins read /var/log/vsftpd.log --doc /etc/sentry/sentry.plist --events
        """)

    @Argument(help: ArgumentHelp("The log.", valueName: "file"))
    var file: String

    @Option(
      help: ArgumentHelp(
        "Whose lines count: \(LoginService.known.map(\.name).joined(separator: ", ")); repeat it for more.",
        valueName: "name"))
    var service: [String] = []

    @Option(help: ArgumentHelp("What a line of a failure looks like; repeat it for more.", valueName: "text"))
    var pattern: [String] = []

    @Option(help: ArgumentHelp("The document whose settings.logins say it.", valueName: "doc"))
    var doc: String?

    @Flag(help: "Tell each line about a login, too.")
    var events = false

    @Option(help: "How to report.")
    var format = ReportFormat.text

    /// What a log has said.
    struct Report: Encodable {
      struct Address: Encodable {
        var address: String
        var failed: Int
        var succeeded: Int
      }
      var lines: UInt64 = 0
      var tooLong: UInt64 = 0
      var failed = 0
      var succeeded = 0
      /// Those with failures, the most first.
      var addresses: [Address] = []
      var elapsedSeconds = 0.0
    }

    func validate() throws {
      guard doc == nil || (service.isEmpty && pattern.isEmpty) else {
        throw ValidationError("--doc says whose lines count: leave --service and --pattern out")
      }
      guard doc != nil || !service.isEmpty || !pattern.isEmpty else {
        throw ValidationError("whose lines count? Name a --service, a --pattern, or a --doc")
      }
    }

    func run() throws {
      let reader = try loginReader()
      let report = try read(by: reader)
      switch format {
      case .json: Console.writeLine(try jsonText(report))
      case .text: for line in Self.lines(of: report) { Console.writeLine(line) }
      }
    }

    // MARK: Who reads

    private func loginReader() throws -> LoginReader {
      if let doc { return try reader(of: doc) }
      let known = LoginService.known.map(\.name)
      var services: [LoginService] = []
      for name in service {
        guard let known = LoginService.named(name) else {
          throw ValidationError("no service is called '\(name)': there are \(known.joined(separator: ", "))")
        }
        services.append(known)
      }
      do throws(LoginPatternError) {
        var rules: [LoginService.Rule] = []
        for text in pattern { rules.append(try LoginService.Rule(.failed, text)) }
        if !rules.isEmpty { services.append(LoginService(name: "own", lines: rules)) }
      } catch {
        throw ValidationError(error.message)
      }
      return LoginReader(services)
    }

    private func reader(of doc: String) throws -> LoginReader {
      let settings = try DocumentFile.load(doc).ruleSet.settings
      let path = URL(filePath: file).standardizedFileURL.path
      guard let source = settings.logins.sources.first(where: { $0.place == .file(path) }) else {
        throw CommandFailure(.unusableData, "\(doc) does not follow \(path) (settings.logins)")
      }
      return source.reader
    }

    // MARK: Reading

    private func read(by reader: LoginReader) throws -> Report {
      guard FileManager.default.isReadableFile(atPath: file) else {
        throw CommandFailure(.noInput, "\(file): there is no such file, or it may not be read")
      }
      let log = FollowedFile(path: file, startsAtEnd: false)
      let clock = ContinuousClock()
      let start = clock.now
      var report = Report()
      let now = WallClock.seconds()
      var sums = LoginSums()
      func count(_ line: Span<UInt8>) {
        guard let event = reader.event(line: line) else { return }
        sums.note(event, at: LogTime.seconds(of: line, now: now))
        if events { Console.writeLine(Self.text(of: event)) }
      }
      while log.poll(now: 0, { line, _ in count(line) }) > 0 {}
      if let problem = log.problem { throw CommandFailure(.noInput, "\(file): \(problem)") }
      report.elapsedSeconds = (clock.now - start) / .seconds(1)
      (report.lines, report.tooLong) = (log.lineCount, log.tooLongCount)
      report.failed = sums.addresses.values.reduce(0) { $0 + $1.failed }
      report.succeeded = sums.addresses.values.reduce(0) { $0 + $1.succeeded }
      report.addresses = sums.addresses.filter { $0.value.failed > 0 }
        .sorted { ($1.value.failed, $0.key) < ($0.value.failed, $1.key) }
        .map {
          .init(
            address: "\(AddressRange(prefix: $0.key, length: 128))", failed: $0.value.failed,
            succeeded: $0.value.succeeded)
        }
      return report
    }

    private static func text(of event: LoginEvent) -> String {
      let outcome = event.outcome == .succeeded ? "succeeded" : "failed"
      return
        "\(event.service) \(outcome) \(AddressRange(prefix: event.address, length: 128)) \(event.user?.visible ?? "-")"
    }

    private static let shown = 20

    static func lines(of report: Report) -> [String] {
      var lines = [
        "\(counted(report.lines, "line")) read: \(counted(report.failed, "failure")), "
          + counted(report.succeeded, "success", plural: "successes")
      ]
      if report.tooLong > 0 { lines.append("\(counted(report.tooLong, "line")) too long to be read") }
      guard !report.addresses.isEmpty else { return lines }
      var table = TextTable(("address", .left), ("failed", .right), ("succeeded", .right))
      for address in report.addresses.prefix(shown) {
        table.add(address.address, grouped(address.failed), grouped(address.succeeded))
      }
      let more = report.addresses.count - shown
      return lines + [""] + table.lines
        + (more > 0 ? ["and \(counted(more, "address", plural: "addresses")) more"] : [])
    }
  }
}
