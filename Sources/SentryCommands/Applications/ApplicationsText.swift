internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

/// Programs and what they may do, for people. Paths are anybody's to choose: they are shown with stand-ins.
struct ApplicationsText {
  let style: Style

  func lines(of reply: ApplicationsReply) -> [String] {
    var table = TextTable(
      ("application", .left), ("user", .left), ("listens", .left), ("connections", .right), ("inbound", .left),
      ("outbound", .left), ("", .left))
    for application in reply.applications { add(application, to: &table) }
    let rows = reply.applications.isEmpty ? ["no program listens or has connections"] : table.lines(style: style)
    return rows + [""] + remarks(reply)
  }

  private func add(_ application: ApplicationReport, to table: inout TextTable) {
    let general = application.permissions.first { $0.user == nil }
    let connections =
      application.connections == 0 ? "-" : "\(application.connections) (\(counted(application.peers, "peer")))"
    table.add(
      application.path.visible, application.users.map(\.visible).joined(separator: ", "),
      Self.short(application.listens), connections, word(general?.inbound, "inbound", application),
      word(general?.outbound, "outbound", application),
      application.changed ? style.yellow("changed") : "")
    for own in application.permissions where own.user != nil {
      table.add("", "only \(own.user?.visible ?? "")", "", "", word(own.inbound), word(own.outbound), "")
    }
    let replaced = (application.temporary ?? []).filter { $0.replaced == true }
    guard !replaced.isEmpty else { return }
    func words(_ direction: String) -> String { held(replaced.last { $0.direction == direction }) }
    table.add("", "replaced file", "", "", words("inbound"), words("outbound"), "")
  }

  /// The first few.
  private static func short(_ ports: [String]) -> String {
    ports.prefix(4).joined(separator: ", ") + (ports.count > 4 ? " and \(ports.count - 4) more" : "")
  }

  private func word(_ decision: String?) -> String {
    switch decision {
    case "allow": style.green("allowed")
    case "deny": style.red("denied")
    default: "-"
    }
  }

  /// What is decided, or else what holds for a while.
  private func word(_ decision: String?, _ direction: String, _ application: ApplicationReport) -> String {
    guard decision == nil else { return word(decision) }
    return held(application.temporary?.last { $0.direction == direction && $0.replaced != true })
  }

  private func held(_ permission: TemporaryPermissionReport?) -> String {
    guard let permission else { return "-" }
    let words = Self.words(of: permission)
    return permission.answer == "allow" ? style.green(words) : style.red(words)
  }

  /// `allowed, 4 min`
  static func words(of permission: TemporaryPermissionReport) -> String {
    let answer = permission.answer == "allow" ? "allowed" : "denied"
    guard let seconds = permission.remainingSeconds else { return "\(answer), until restart" }
    return seconds > 60
      ? "\(answer), \(Int((seconds / 60).rounded(.up))) min" : "\(answer), \(Int(seconds.rounded(.up))) s"
  }

  private func remarks(_ reply: ApplicationsReply) -> [String] {
    var lines: [String] = []
    if let problem = reply.problem { lines.append("permissions are not read: \(problem.visible)") }
    if let warning = reply.warning { lines.append(style.yellow(warning.visible)) }
    guard reply.asked else {
      return lines + ["the rules in force do not ask for permissions: 'sentry applications on'"]
    }
    lines.append(Self.sentence(reply.policy))
    if reply.questions > 0 {
      lines.append("\(counted(reply.questions, "question")) waiting: 'sentry applications ask'")
    }
    return lines
  }

  /// What becomes of other programs.
  static func sentence(_ policy: ApplicationPolicyReport?) -> String {
    guard let policy else { return "what becomes of other programs is up to the rules" }
    if let silence = policy.silence { return "nobody is asked about other programs: \(silence)" }
    switch policy.unknown {
    case "allow": return "other programs may do what they like"
    case "deny": return "other programs may do nothing"
    default:
      let end = policy.otherwise == "allow" ? "may" : "may not"
      return "other programs are asked about; after \(counted(policy.timeoutSeconds, "second")) they \(end)"
    }
  }

  /// `allowed for anna: /usr/bin/curl, outbound`
  static func line(_ permission: PermissionReport) -> String {
    let ways = [("inbound", permission.inbound), ("outbound", permission.outbound)].compactMap { name, decision in
      decision.map { "\(name) \($0 == "allow" ? "allowed" : "denied")" }
    }
    let whose = permission.user.map { ", for \($0.visible) alone" } ?? ""
    return "\(permission.path.visible): \(ways.joined(separator: ", "))\(whose)"
  }

  /// `3: /usr/bin/curl (anna, process 4711) wants to connect to 203.0.113.9, port 443/tcp`
  static func line(_ question: ApplicationQuestionReport) -> String {
    let user = question.user.map { "\($0.visible), " } ?? ""
    let who = "\(question.number): \(question.path.visible) (\(user)process \(question.process))"
    let what =
      question.direction == "outbound"
      ? "wants to connect to \(question.peer.visible), port \(question.peerPort)/\(question.transport)"
      : "is to be reached by \(question.peer.visible) at port \(question.localPort)/\(question.transport)"
    if question.replaced == true { return "\(who) \(what); it runs a file that has been replaced" }
    return "\(who) \(what)" + (question.changed ? "; it has been changed since it was allowed" : "")
  }

  /// How a question has ended: `3: allowed once by anna, for 5 minutes: /usr/bin/curl outbound`
  static func end(of question: ApplicationQuestionReport) -> String {
    "\(question.number): \(outcome(of: question)): \(question.path.visible) \(question.direction)"
  }

  private static func outcome(of question: ApplicationQuestionReport) -> String {
    if question.void == true { return "no longer asked about" }
    let answer = question.answer == "allow" ? "allowed" : "denied"
    let term = question.holdsSeconds.map { "for \(counted($0 / 60, "minute"))" }
    guard let user = question.by?.visible else {
      return "\(answer)\(term.map { " \($0)" } ?? ""), nobody has answered"
    }
    if let term { return "\(answer) once by \(user), \(term)" }
    guard question.untilRestart == true else { return "\(answer) by \(user)" }
    return "\(answer) by \(user), what runs the replaced file alone, until sentry is restarted"
  }
}
