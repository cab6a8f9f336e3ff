public import SentryControl
internal import SentryDiagnostics

// How it is all doing, with what deserves a look.

extension SentryDaemon {
  public func health() async throws(DaemonError) -> HealthReply {
    let status = try await status()
    return HealthReply(
      status: status, version: ProgramVersion.text,
      warnings: status.warnings + [reloadProblem].compactMap { $0.map { "the document was not read again: \($0)" } },
      store: HealthReply.Store(bytes: status.memory?.bytes ?? 0, problem: status.memory?.problem))
  }
}

extension StatusReply {
  /// Sentences for people, the gravest first.
  var warnings: [String] {
    [packetWarnings, enforcementWarnings, memoryWarnings, helperWarnings].flatMap(\.self)
  }

  private var packetWarnings: [String] {
    var warnings: [String] = []
    if !enabled { warnings.append("the firewall is off: every packet passes") }
    for interface in interfaces {
      if let problem = interface.problem { warnings.append("\(interface.name) is not watched: \(problem)") }
    }
    let dropped = interfaces.reduce(0) { $0 &+ $1.dropped }
    if dropped > 0 { warnings.append("\(counted(dropped, "packet")) found no room and were not judged") }
    if let problem = queue?.problem { warnings.append("the kernel hands over no packets: \(problem)") }
    if let overflowed = queue?.overflowed, overflowed > 0 {
      warnings.append("\(counted(overflowed, "packet")) found the kernel queue full")
    }
    return warnings
  }

  private var enforcementWarnings: [String] {
    var warnings: [String] = []
    if mode == "monitor" { warnings.append("monitor mode: verdicts are reported, nothing is done to packets") }
    if queue?.dryRun == true || bridge?.dryRun == true {
      warnings.append("dry run: verdicts are reported, nothing is done to packets")
    }
    if isObserved == true { warnings.append("the whole document is only observed") }
    if let trial {
      warnings.append("\(document.name) is on trial: unless it is confirmed, \(trial.before.name) returns")
    }
    if let problem = queue?.kernel?.blocks?.problem {
      warnings.append("the kernel blocks nothing by itself: \(problem)")
    }
    for way in queue?.ways ?? [] {
      if let problem = way.problem { warnings.append("there is no way through \(way.nextHop): \(problem)") }
    }
    if let protectionProblem { warnings.append(protectionProblem) }
    return warnings
  }

  private var memoryWarnings: [String] {
    var warnings: [String] = []
    if let problem = memory?.problem { warnings.append("nothing is kept on disk: \(problem)") }
    if let lost = memory?.lost, lost > 0 {
      warnings.append("\(counted(lost, "log entry", plural: "log entries")) could not be written")
    }
    if let log, !log.enabled { warnings.append("the log is off") }
    for place in log?.places ?? [] {
      if let problem = place.problem { warnings.append("\(place.place): \(problem)") }
    }
    if lostEvents > 0 {
      warnings.append("\(counted(lostEvents, "log entry", plural: "log entries")) were lost: too many came at once")
    }
    return warnings
  }

  private var helperWarnings: [String] {
    var warnings: [String] = []
    if let problem = owners?.problem { warnings.append("processes behind packets cannot be told: \(problem)") }
    if let problem = notifications?.problem { warnings.append("notifications: \(problem)") }
    for list in lists ?? [] {
      if let problem = list.problem { warnings.append("list \(list.name): \(problem)") }
    }
    return warnings
  }
}
