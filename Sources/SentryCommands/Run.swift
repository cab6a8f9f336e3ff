internal import ArgumentParser
internal import Foundation
internal import Logging
internal import SentryCapture
internal import SentryDashboard
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryJournal
internal import SentryNetfilter
internal import SentryProcesses
internal import SentryRules
internal import SentryService

/// `sentry run`: the daemon, in the foreground.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Watch interfaces and judge their packets, in the foreground.",
    discussion: """
      In monitor mode verdicts are computed and reported; nothing is enforced. In queue mode the kernel keeps packets until \
      they are judged, and does with them what the rules say. In bridge mode frames pass from one interface to the other as \
      the rules let them; which of the two is outside says the document ('external'), or else it is the first. Without a document, the one that was \
      applied last is used, else \(Self.usualDocument), and where there is none the built-in default. A document with errors, or whose own tests fail, is not started with. Control-C ends it. SIGHUP has the document's file read again (the one named here, else \(Self.usualDocument)), and log files opened anew.

      What must not be forgotten is kept in the state directory: the log, the address tables, the documents that were applied. Where \
      that is not possible, the daemon goes on in memory, says so, and catches up later. --log writes the log elsewhere, too.

        sentry run Documents/Default.plist -i eth0
        sentry run -i eth0 --mode queue --dry-run
        sentry run -i eth0 -i wg0 --mode queue --policy fail-closed
        sentry run -i eth0 --log /var/log/sentry.log --log syslog:ipfw
        sentry run -i eth0 --metrics 127.0.0.1:9797
        sentry run -i eth0 --web 127.0.0.1:8787
        sentry run Documents/Default.plist --mode bridge eth0 eth1
      """)

  private static let usualDocument = "/etc/sentry/sentry.plist"

  @Argument(help: ArgumentHelp("The document to start with; - reads standard input.", valueName: "doc"))
  var document: String?

  @Argument(
    help: ArgumentHelp(
      "In bridge mode: the two interfaces, which -i may name as well (default: those the document bridges).",
      valueName: "interface"))
  var sides: [String] = []

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "An interface to watch; repeat it for more (default: those the document filters).", valueName: "name"))
  var interface: [String] = []

  enum Mode: String, ExpressibleByArgument, CaseIterable { case monitor, queue, bridge }

  enum Policy: String, ExpressibleByArgument, CaseIterable {
    case failOpen = "fail-open"
    case failClosed = "fail-closed"
  }

  @Option(
    help: ArgumentHelp(
      "monitor: compute and report verdicts, enforce nothing; queue: packets wait in the kernel for their verdict; "
        + "bridge: pass frames between two interfaces.",
      valueName: "mode"))
  var mode = Mode.monitor

  @Option(
    help: "In queue mode: what the kernel does with packets while nobody judges them (default: fail-open, they pass).")
  var policy: Policy?

  @Flag(help: "In queue and bridge mode: report the verdicts, but let all packets pass.")
  var dryRun = false

  // Unconditional: a negative number looks like an option, which nobody would mean here.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("In queue mode: the number of the kernel queue, 0 to 65535 (default: 0).", valueName: "number"),
    transform: Self.queueNumber)
  var queueNumber: UInt16?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "In queue mode: the bit that marks packets on their way to the queue, where the kernel needs one (default: "
        + "0x\(String(QueueIntake.usualMark, radix: 16))).",
      valueName: "mark"), transform: Self.queueMark)
  var queueMark: UInt32?

  @OptionGroup var stateDirectory: StateDirectoryOption

  @OptionGroup var retention: RetentionOptions

  @OptionGroup var logPlaces: LogPlaceOptions

  @Flag(help: "What rules have counted comes back after a restart, too.")
  var keepCounters = false

  @OptionGroup var notifications: NotificationArguments

  @OptionGroup var metrics: MetricsArguments

  @OptionGroup var web: WebArguments

  @OptionGroup var socket: SocketOption

  private var intake: PacketIntake {
    switch mode {
    case .monitor: return .watch(LiveCapture.Options())
    case .queue: return .queue(queueIntake)
    case .bridge:
      var bridge = BridgeIntake()
      bridge.isDryRun = dryRun
      return .bridge(bridge)
    }
  }

  private var queueIntake: QueueIntake {
    var options = KernelQueue.Options()
    options.number = queueNumber ?? 0
    options.passesWhenFull = policy != .failClosed
    var queue = QueueIntake(options)
    queue.queueMark = queueMark ?? QueueIntake.usualMark
    queue.isDryRun = dryRun
    queue.stateDirectory = stateDirectory.pathIfWanted
    return queue
  }

  private var announcement: String {
    switch mode {
    case .monitor:
      "monitor mode: verdicts are computed and reported, nothing is enforced"
    case .queue where dryRun:
      "queue mode, dry run: packets wait in the kernel for their verdict, but all of them pass"
    case .queue:
      "queue mode: packets wait in the kernel for their verdict; while nobody judges they "
        + (policy == .failClosed ? "are dropped (fail-closed)" : "pass (fail-open)")
    case .bridge where dryRun:
      "bridge mode, dry run: all frames pass from one side to the other; while sentry does not run, none does"
    case .bridge:
      "bridge mode: frames pass from one side to the other as the rules let them; while sentry does not run, none does"
    }
  }

  mutating func validate() throws {
    try checkOptions()
    if mode == .bridge { return try takeSides() }
    guard sides.isEmpty else {
      throw ValidationError("unexpected '\(sides[0])': interfaces are named with -i, or in bridge mode")
    }
  }

  /// What has no meaning in a mode is not passed over: somebody may rely on it.
  private func checkOptions() throws {
    guard mode != .queue else {
      if dryRun, policy == .failClosed {
        throw ValidationError(
          "--dry-run lets every packet pass, and --policy fail-closed drops them while nobody judges: leave one of them out"
        )
      }
      return
    }
    let given = [
      ("--policy", policy != nil), ("--queue-number", queueNumber != nil), ("--queue-mark", queueMark != nil),
    ]
    if let (option, _) = given.first(where: \.1) {
      throw ValidationError("\(option) says something of queue mode only: add --mode queue, or leave \(option) out")
    }
    if mode == .monitor, dryRun {
      throw ValidationError(
        "--dry-run says something of queue and bridge mode only: in monitor mode nothing is enforced anyway")
    }
  }

  /// In bridge mode the last two words are the interfaces, unless `-i` names them: the document may be left out.
  private mutating func takeSides() throws {
    if let first = document, Self.isSide(first, besides: sides) {
      sides.insert(first, at: 0)
      document = nil
    }
    interface += sides
    guard !interface.isEmpty else { return }
    try Self.checkSides(interface)
  }

  /// Whether the word ahead of `others` is the name of an interface, too, and not that of a document.
  private static func isSide(_ word: String, besides others: [String]) -> Bool {
    if others.count > 1 { return false }
    if let known = try? NetworkInterface.all(), known.contains(where: { $0.name == word }) { return true }
    return !others.isEmpty && !looksLikeDocument(word)
  }

  /// No interface has a slash in its name, or so long a one.
  private static func looksLikeDocument(_ word: String) -> Bool {
    word == "-" || word.contains("/") || word.hasSuffix(".plist") || word.utf8.count > 15
      || FileManager.default.fileExists(atPath: word)
  }

  private static func queueNumber(_ text: String) throws -> UInt16 {
    guard let number = UInt16(text) else { throw ValidationError("expected a number from 0 to 65535") }
    return number
  }

  private static func queueMark(_ text: String) throws -> UInt32 {
    let number = text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
    guard let number, number.nonzeroBitCount == 1, number & QueueIntake.takenMarks == 0 else {
      let taken = "0x" + String(QueueIntake.takenMarks, radix: 16)
      throw ValidationError("expected one bit, such as 0x40000000, outside \(taken), which has other uses")
    }
    return number
  }

  private static func checkSides(_ names: [String]) throws {
    guard names.count == 2, names[0] != names[1] else {
      throw ValidationError(
        "a bridge is between two interfaces: --mode bridge eth0 eth1 (\(names.count) named; \(available))")
    }
  }

  func run() async throws {
    if logPlaces.writesToStandardOutput, Console.closedStreams.contains(STDOUT_FILENO) {
      throw CommandFailure(.inputOutput, "--log stdout: standard output is closed")
    }
    let start = try documentToStart()
    let file = DocumentFile(path: start.name, reading: start.bytes)
    file.printFindings(to: .error, summary: false)
    guard let ruleSet = file.document.ruleSet else {
      throw CommandFailure(.unusableData, "\(file.name) has errors; sentry did not start")
    }
    if start.origin != .edited { try file.checkTests(of: ruleSet, orElse: "sentry did not start") }
    let interfaces = try interfacesToWatch(ruleSet)
    LoggingSystem.bootstrap { _ in DaemonLog() }
    let log = Logger(label: "sentry")
    var program = DaemonProgram(
      document: SubmittedDocument(name: file.name, reading: start.bytes), interfaces: interfaces,
      socketPath: socket.path)
    program.intake = intake
    program.memory = MemoryOptions(directory: stateDirectory.pathIfWanted)
    program.memory.retention = retention.retention
    program.memory.keepsCounters = keepCounters
    program.journal = logPlaces.options
    program.notifications = notifications.options
    program.origin = start.origin
    program.documentFile = start.file
    program.metrics = metrics.place
    if let place = web.place { program.showPages(at: place, behind: web.origin) }
    let (missing, warning) = (stateDirectory.missing, start.warning)
    do throws(DaemonError) {
      try await program.run(log: log) { [announcement] in
        log.notice("\(announcement)")
        if let missing { log.notice("\(missing)") }
        if let warning { log.warning("\(warning)") }
        log.notice(
          "watching \(interfaces.joined(separator: ", ")) by \(file.name)\(start.remark), \(counted(ruleSet.rules.count, "rule"))"
        )
      }
    } catch {
      throw Self.failure(error)
    }
  }

  /// The document to start with.
  private struct Start {
    var name: String
    var bytes: [UInt8]
    var origin: DocumentOrigin
    /// What should be known of where it comes from; begins with a blank.
    var remark = ""
    var warning: String?

    /// What is read anew when somebody asks for that; `nil` for standard input.
    let file: ReloadedFile?

    /// - Parameter isFile: it was read from the file of this name.
    init(name: String, bytes: [UInt8], origin: DocumentOrigin, remark: String = "", isFile: Bool = false) {
      (self.name, self.bytes, self.origin, self.remark) = (name, bytes, origin, remark)
      file =
        name == "-" ? nil : ReloadedFile(path: isFile ? name : Run.usualDocument, known: isFile ? bytes : nil)
    }
  }

  private func documentToStart() throws(CommandFailure) -> Start {
    if let document {
      return Start(name: document, bytes: try FileInput.read(document), origin: .chosen, isFile: true)
    }
    do throws(StoreError) {
      if let last = try stateDirectory.lastDocument(), let start = Self.start(with: last) { return start }
    } catch {
      var start = try usualStart()
      start.warning =
        "\(error): a document that was applied last is lost with it; \(start.name) is in force, unless you apply another"
      return start
    }
    return try usualStart()
  }

  private func usualStart() throws(CommandFailure) -> Start {
    if FileManager.default.fileExists(atPath: Self.usualDocument) {
      return Start(
        name: Self.usualDocument, bytes: try FileInput.read(Self.usualDocument), origin: .usual, isFile: true)
    }
    return Start(name: "built-in default", bytes: BuiltInDocument.defaultBytes, origin: .usual)
  }

  /// What was in force is usable, unless another version of the program made it so.
  private static func start(with last: StoredDocument) -> Start? {
    let time = LocalTime().text(secondsSince1970: last.time)
    let bytes = Array(last.text.utf8)
    guard let ruleSet = RuleDocument(reading: bytes, fileName: last.name).ruleSet,
      last.change != nil || DocumentTests.failures(of: ruleSet).isEmpty
    else {
      Console.writeError("\(last.name), as \(last.user) applied it at \(time), cannot be used by this version")
      return nil
    }
    let what = last.change == nil ? "applied" : last.cameBack ? "went back to" : "edited"
    return Start(
      name: last.name, bytes: bytes, origin: last.change == nil ? .chosen : .edited,
      remark: " as \(last.user) \(what) it at \(time)")
  }

  private func interfacesToWatch(_ ruleSet: RuleSet) throws -> [String] {
    var names = interface.map { ruleSet.settings.systemName(of: $0) }
    if names.isEmpty {
      names = ruleSet.interfaces.filter { mode == .bridge ? $0.isBridged : $0.isFiltered }.map(\.name)
    }
    if mode == .bridge { try Self.checkSides(names) }
    guard !names.isEmpty else {
      throw ValidationError("name an interface to watch: -i eth0 (\(Self.available))")
    }
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  private static var available: String {
    guard let known = try? NetworkInterface.all(), !known.isEmpty else { return "this host seems to have none" }
    return "this host has \(known.map(\.name).joined(separator: ", "))"
  }

  static func failure(_ error: DaemonError) -> CommandFailure {
    switch error {
    case .documentHasErrors(let name):
      CommandFailure(.unusableData, "\(name) has errors, or its tests fail; sentry did not start")
    case .capture(.queueInUse(let number)):
      anotherJudges(by: number) ?? CommandFailure(CaptureError.queueInUse(number: number))
    case .netfilter(.inUse(let number)):
      anotherJudges(by: number) ?? CommandFailure(NetfilterError.inUse(queue: number))
    case .capture(let error): CommandFailure(error)
    case .netfilter(let error): CommandFailure(error)
    case .socketInUse(let path):
      CommandFailure(.inputOutput, "another sentry listens on \(path); stop it, or choose another --socket")
    case .socketNotPermitted(let path):
      CommandFailure(.notPermitted, "no permission to make \(path); be root, or choose another --socket")
    case .socketUnusable(let path, let reason):
      CommandFailure(.inputOutput, "the control socket \(path) cannot be made: \(reason)")
    case .metricsUnusable(let place, let reason):
      CommandFailure(.inputOutput, "metrics cannot be had at \(place): \(reason); choose another --metrics")
    case .webUnusable(let place, let reason):
      CommandFailure(.inputOutput, "web pages cannot be had at \(place): \(reason); choose another --web")
    case .generationChanged(let expected, let found):
      CommandFailure(.internalError, "generation \(found) is in force in the place of \(expected)")
    case .refused(let refusal):
      CommandFailure(.internalError, refusal.message)
    case .stopped:
      CommandFailure(.internalError, "the packet thread has ended")
    }
  }
}

extension Run {
  /// Says which sentry has the queue; `nil` if it is none, or not ours to see.
  private static func anotherJudges(by queue: UInt16) -> CommandFailure? {
    guard let other = OtherSentry.judging(queue: queue) else { return nil }
    return CommandFailure(
      .inputOutput, "another sentry judges this host's packets, through queue \(queue): stop it first (\(other.text))")
  }
}

extension OtherSentry {
  /// `process 4711, --socket /run/sentry/sentry.sock`
  var text: String { "process \(process)" + (controlSocket.map { ", --socket \($0)" } ?? "") }
}

extension CommandFailure {
  init(_ error: NetfilterError) {
    let status: ExitStatus =
      switch error {
      case .notPermitted, .cannotWrite(_, EACCES), .cannotWrite(_, EPERM): .notPermitted
      case .unusableInterfaceName, .unusableMarks: .usage
      default: .inputOutput
      }
    self.init(status, error.description)
  }
}
