internal import ArgumentParser
internal import SentryControl
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryRules

/// `sentry status`: how the daemon is doing.
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say how the running sentry is doing.",
    discussion: """
      Packets of an interface add up: received = judged by earlier rules + judged by these rules + passed while off + dropped \
      (and a few that are on their way). In queue mode the kernel counts what it could not hand over for all interfaces together, \
      in the line 'lost'.

        sentry status
        sentry status --format json
      """)

  @Option(help: "How to report.")
  var format = ReportFormat.text

  @OptionGroup var socket: SocketOption

  /// How long nets may be tried, in milliseconds: people wait.
  private static let patience = 200

  func run() async throws {
    try await ControlClient.connected(to: socket.path, patience: DaemonSwitch.patience) { client in
      let reply: StatusReply = try await client.get(ControlPath.status)
      switch format {
      case .json: Console.writeLine(try jsonText(reply))
      case .text:
        let query = [ControlPath.milliseconds: "\(Self.patience)"]
        let reachable: ReachableReply? = try? await client.get(ControlPath.reachable, query: query)
        let text = StatusText(reply, reachable: reachable?.sentence, style: Style(isOn: Console.outputHasColour))
        Console.writeLine(text.text)
      }
    }
  }
}

/// The status for people.
struct StatusText {
  private let reply: StatusReply
  private let reachable: String?
  private let style: Style
  private let clock: LocalTime

  /// - Parameter reachable: what others can reach on this host, in a sentence; `nil` if that is not known.
  init(_ reply: StatusReply, reachable: String? = nil, style: Style, clock: LocalTime = LocalTime()) {
    self.reply = reply
    self.reachable = reachable
    self.style = style
    self.clock = clock
  }

  /// Without a line end at the end.
  var text: String {
    [
      summary, queue, bridge, owners, applications, helpers, protection, notifications, lists, memory, log, interfaces,
      rules, rates,
      tables,
      [footer],
    ]
    .filter { !$0.isEmpty }
    .map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private var summary: [String] {
    let document = reply.document
    var lines = [
      "\(reply.mode) mode, \(reply.enabled ? style.green("on") : style.yellow("off: every packet passes unjudged"))",
      "document   \(document.name), \(counted(document.ruleCount, "rule")), applied "
        + clock.text(secondsSince1970: document.edits?.documentTime ?? document.appliedTime),
      "running    for \(TimeText.duration(seconds: TimeText.wholeSeconds(reply.time - reply.startTime)))",
    ]
    if let reachable { lines.append("reachable  \(reachable.visible) ('sentry reachable' tells more)") }
    if let web = reply.web { lines.append("web pages  \(web) ('sentry open' logs in)") }
    if let edits = document.edits {
      let time = clock.text(secondsSince1970: document.appliedTime)
      lines.insert("edited     \(counted(edits.count, "time")) since, last at \(time): \(edits.last)", at: 2)
    }
    if let trial = reply.trial {
      let end = "\(trial.before.name) returns in \(counted(trial.remaining, "second"))"
      lines.insert(
        "on trial   " + style.yellow("put in force by \(trial.user); unless somebody confirms it, \(end)"), at: 2)
    }
    return lines
  }

  private var lists: [String] {
    (reply.lists ?? []).filter(\.enabled).map { list in
      "list       \(list.name.visible): "
        + FollowedListsText(style: style, clock: clock).summary(of: list, now: reply.time)
    }
  }

  private var queue: [String] {
    guard let queue = reply.queue else { return [] }
    let policy = queue.dryRun ? "dry run: all packets pass" : queue.policy
    var lines = [
      "queue      number \(queue.number), \(policy); \(grouped(queue.waiting)) waiting, \(grouped(queue.held)) held",
      "lost       \(grouped(queue.overflowed)) found it full, \(grouped(queue.undelivered)) not handed over, "
        + "\(counted(queue.refused, "decision")) refused, \(counted(queue.unsent, "packet")) of ours not sent",
    ]
    if queue.countsHidden == true {
      lines.append("hidden     what waits, found the queue full or was not handed over: only root may see these counts")
    }
    if queue.vanished > 0 {
      lines.append(
        "gone       \(counted(queue.vanished, "packet")) or more while they waited: "
          + "somebody took out a chain of the packet filter")
    }
    if let problem = queue.problem { lines.append("trouble    \(style.yellow(problem))") }
    lines += queue.ways.map(way)
    guard let kernel = queue.kernel else { return lines + ["kernel     hands over no packets"] }
    lines.append(
      "kernel     hands over packets of \(kernel.interfaces.joined(separator: ", ")) (\(kernel.form) form), "
        + "\(grouped(kernel.unjudged)) met no queue, put back \(counted(kernel.restorations, "time"))")
    if !kernel.decides.isEmpty {
      lines.append("decides    \(kernel.decides.joined(separator: ", ")) ahead of the queue")
    }
    lines += blocking(kernel)
    lines += flows(kernel)
    lines += kernel.notCovered.map { "not judged \($0.number): \($0.reason)" }
    return lines
  }

  private func way(_ way: WayReport) -> String {
    let rules = "for \(way.rules.count == 1 ? "rule" : "rules") \(way.rules.joined(separator: ", "))"
    let state = way.problem.map { style.yellow("no way, packets take their normal one: \($0)") } ?? "open"
    return "through    \(way.nextHop) \(rules): \(state); put back \(counted(way.restorations, "time")), "
      + "\(counted(way.unsent, "packet")) not sent"
  }

  private func blocking(_ kernel: KernelPartReport) -> [String] {
    guard let blocks = kernel.blocks else {
      return kernel.blocksNot.map { ["blocks     nothing by itself: \($0)"] } ?? []
    }
    var lines = [
      "blocks     for rule \(blocks.rule) by itself: \(counted(blocks.entries, "entry", plural: "entries")), "
        + "\(counted(blocks.dropped, "packet")) dropped, \(grouped(blocks.leftToQueue)) left to the queue, "
        + "\(counted(blocks.endedConnections, "connection")) ended",
      "in step    within \(milliseconds(blocks.lagMilliseconds)), at most \(milliseconds(blocks.slowestLagMilliseconds)); "
        + "checked \(counted(blocks.checks, "time")), \(counted(blocks.differences, "difference")) put right",
    ]
    if blocks.removing == true {
      lines.append("removing   what was taken out of the table: the kernel drops what it sends until that is done")
    }
    if let problem = blocks.problem { lines.append("trouble    \(style.yellow(problem))") }
    return lines
  }

  private func flows(_ kernel: KernelPartReport) -> [String] {
    guard let flows = kernel.flows else {
      return kernel.flowsNot.map { ["flows      all packets go to the queue: \($0)"] } ?? []
    }
    let wanted = flows.wantedBy.map { "; rule \($0) wants to see the packets of others" } ?? ""
    var lines = [
      "flows      \(grouped(flows.entries)) stay in the kernel, which has let pass "
        + "\(counted(flows.packets, "packet")) of \(counted(flows.bytes, "byte"))\(wanted)"
    ]
    if let problem = flows.problem { lines.append("trouble    \(style.yellow(problem))") }
    return lines
  }

  private func milliseconds(_ number: Double) -> String { "\(grouped(Int(number.rounded()))) ms" }

  private var bridge: [String] {
    guard let bridge = reply.bridge else { return [] }
    return [
      "bridge     \(bridge.dryRun ? "dry run: all frames pass; " : "")\(counted(bridge.passed, "frame")) passed, "
        + "\(grouped(bridge.answers)) of our own, \(grouped(bridge.held)) held, \(grouped(bridge.forThisHost)) for this host",
      "finished   \(counted(bridge.finished, "checksum")), \(counted(bridge.divided, "long frame")) sent in pieces",
      "lost       \(grouped(bridge.tooLong)) too long, \(grouped(bridge.cut)) captured in part, "
        + "\(grouped(bridge.noRoom)) found no room, \(grouped(bridge.failed)) with the interface down",
    ]
  }

  private var owners: [String] {
    guard let owners = reply.owners else { return [] }
    let state = owners.process.map { "looked up by process \($0)" } ?? style.yellow("not looked up")
    var lines = [
      "owners     \(state): \(counted(owners.lookups, "lookup")), \(grouped(owners.unanswered)) unanswered, "
        + "\(Self.milliseconds(owners.averageWait)) on average; \(counted(owners.waiting, "packet")) waiting"
    ]
    if let problem = owners.problem { lines.append("trouble    \(style.yellow(problem))") }
    if owners.hidden > 0 {
      lines.append(
        "hidden     \(counted(owners.hidden, "time")) the process was not ours to see: it needs CAP_SYS_PTRACE and "
          + "CAP_DAC_READ_SEARCH")
    }
    return lines
  }

  private var applications: [String] {
    guard let applications = reply.applications else { return [] }
    let counts = applications.counts
    var lines = [
      "programs   \(counted(applications.permissions, "program")) decided about; \(ApplicationsText.sentence(applications.policy))"
    ]
    if counts.asked + counts.unasked > 0 {
      lines.append(
        "questions  \(grouped(counts.asked)) asked: \(grouped(counts.allowed)) allowed, \(grouped(counts.denied)) denied, "
          + "\(grouped(counts.timedOut)) not answered, \(applications.questions) waiting "
          + "with \(counted(applications.packets, "packet")); \(grouped(counts.unasked)) passed over")
    }
    for trouble in [applications.problem, applications.warning] {
      if let trouble { lines.append("trouble    \(style.yellow(trouble.visible))") }
    }
    return lines
  }

  private var helpers: [String] {
    guard let helpers = reply.helpers else { return [] }
    return [
      "helpers    \(counted(helpers.controls, "FTP session")), \(counted(UInt64(helpers.announcements), "connection")) announced, "
        + "\(grouped(helpers.announced)) of them awaited, \(grouped(helpers.refusals)) refused"
    ]
  }

  /// A line for each reason; of many addresses only the first.
  private var protection: [String] {
    var reasons: [(reason: String, addresses: [String])] = []
    for protected in reply.protected {
      if let index = reasons.firstIndex(where: { $0.reason == protected.reason }) {
        reasons[index].addresses.append(protected.address)
      } else {
        reasons.append((protected.reason, [protected.address]))
      }
    }
    var lines = reasons.map { reason, addresses in
      let rest = addresses.count - Self.addressesShown
      let more = rest > 0 ? " and \(grouped(rest)) more" : ""
      return "protected  \(reason): \(addresses.prefix(Self.addressesShown).joined(separator: ", "))\(more)"
    }
    if reply.preventedTriggers > 0 {
      lines.append("prevented  \(counted(reply.preventedTriggers, "packet")) would have triggered a protected address")
    }
    if let count = reply.unprovenTriggers, count > 0 {
      lines.append("unproven   \(counted(count, "packet")) did not trigger their source (settings.triggerProof)")
    }
    if let count = reply.cappedTriggers, count > 0 {
      lines.append("capped     \(counted(count, "packet")) did not trigger their source (settings.triggersPerMinute)")
    }
    if let problem = reply.protectionProblem { lines.append("trouble    \(style.yellow(problem))") }
    return lines
  }

  private var notifications: [String] {
    guard let report = reply.notifications else { return [] }
    let state = report.process.map { "by process \($0)" } ?? style.yellow("not carried out")
    let kinds = report.kinds.filter { $0.sent + $0.failed + $0.suppressed > 0 }.map { kind in
      "\(kind.action) \(grouped(kind.sent)) sent, \(grouped(kind.failed)) failed, \(grouped(kind.suppressed)) suppressed"
    }
    var lines = [
      "notifies   \(state): \(kinds.isEmpty ? "nothing so far" : kinds.joined(separator: "; ")); "
        + "\(grouped(report.waiting)) waiting"
    ]
    if let problem = report.problem { lines.append("trouble    \(style.yellow(problem))") }
    return lines
  }

  private var memory: [String] {
    guard let memory = reply.memory else { return [] }
    var lines = [
      "memory     \(memory.path): \(grouped(memory.bytes / 1_048_576)) MB, "
        + "\(counted(memory.written, "log entry", plural: "log entries")) written, \(grouped(memory.lost)) missing"
    ]
    if let problem = memory.problem {
      lines.append("trouble    \(style.yellow("nothing is kept on disk: \(problem)"))")
    }
    return lines
  }

  private var log: [String] {
    guard let log = reply.log else { return [] }
    var lines: [String] = []
    if !log.enabled { lines.append("log        \(style.yellow("off: what rules log is not written"))") }
    if log.unwritten > 0 {
      lines.append("unwritten  \(counted(log.unwritten, "log entry", plural: "log entries")) while the log was off")
    }
    if log.suppressed > 0, let limit = log.entriesPerSecond {
      lines.append(
        "suppressed \(counted(log.suppressed, "log entry", plural: "log entries")) "
          + "beyond \(grouped(limit)) a second of a rule")
    }
    for place in log.places {
      let form = place.form.map { " (\($0))" } ?? ""
      lines.append(
        "log to     \(place.place)\(form): \(counted(place.written, "entry", plural: "entries")) written, "
          + "\(grouped(place.lost)) missing")
      if let problem = place.problem { lines.append("trouble    \(style.yellow("\(place.place): \(problem)"))") }
    }
    return lines
  }

  private static let addressesShown = 8

  /// `0.4 ms`.
  private static func milliseconds(_ seconds: Double) -> String {
    "\((min(seconds, 1e6) * 10_000).rounded() / 10) ms"
  }

  private var rates: [String] {
    guard let rates = reply.rates, !rates.isEmpty else { return [] }
    var table = TextTable(
      ("rate limit", .left), ("", .left), ("bits a second", .right), ("gives way", .right), ("active flows", .right),
      ("bytes per second", .right),
      ("waiting", .right), ("held", .right), ("dropped", .right), ("windows lowered", .right), ("", .left))
    for rate in rates {
      table.add(
        rate.rule, rate.direction, grouped(rate.bitsPerSecond),
        rate.reservedBitsPerSecond == 0 ? "" : grouped(rate.reservedBitsPerSecond), grouped(rate.activeFlows),
        grouped(rate.bytesPerSecond),
        grouped(rate.waiting), grouped(rate.held), grouped(rate.dropped), grouped(rate.loweredWindows), rate.name)
    }
    return table.lines(style: style)
  }

  private var interfaces: [String] {
    var table = TextTable(
      ("interface", .left), ("received", .right), ("earlier rules", .right), ("these rules", .right),
      ("while off", .right), ("dropped", .right), ("inbound", .right), ("outbound", .right), ("per second", .right),
      ("", .left))
    for interface in reply.interfaces {
      table.add(
        interface.name, grouped(interface.received), grouped(interface.judgedEarlier),
        grouped(interface.judgedByCurrentRules), grouped(interface.unjudged),
        reply.queue == nil ? grouped(interface.dropped) : "",
        grouped(interface.inbound), grouped(interface.outbound), grouped(interface.packetsPerSecond),
        Self.remark(interface))
    }
    return table.lines(style: style)
  }

  private static func remark(_ interface: InterfaceReport) -> String {
    if !interface.capturing { return "not watched: \(interface.problem ?? "unknown reason")" }
    return interface.filters ? "" : "not filtered"
  }

  private var rules: [String] {
    var table = TextTable(("rules", .left), ("applied", .left), ("judged", .right))
    for generation in reply.generations {
      table.add(
        generation.document.title, clock.text(secondsSince1970: generation.document.appliedTime),
        grouped(generation.judged))
    }
    return table.lines(style: style)
  }

  private var tables: [String] {
    var table = TextTable(("table", .left), ("entries", .right), ("per second", .right))
    for size in reply.tables { table.add(size.table, grouped(size.count), grouped(size.changesPerSecond)) }
    return table.lines(style: style)
  }

  private var footer: String {
    let memory = reply.memoryBytes.map { "memory \(ByteText.short(UInt64(clamping: $0))), " } ?? ""
    return "\(memory)\(counted(reply.lostEvents, "log event")) lost"
  }
}

extension DocumentReport {
  /// Its name, and whether it is still what was applied under it.
  var title: String { edits.map { "\(name), edited \(counted($0.count, "time"))" } ?? name }
}
