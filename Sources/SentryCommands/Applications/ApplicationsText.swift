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
      Self.short(application.listens), connections, word(general?.inbound), word(general?.outbound),
      application.changed ? style.yellow("changed") : "")
    for own in application.permissions where own.user != nil {
      table.add("", "only \(own.user?.visible ?? "")", "", "", word(own.inbound), word(own.outbound), "")
    }
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
    return "\(who) \(what)" + (question.changed ? "; it has been changed since it was allowed" : "")
  }

  /// How a question has ended.
  static func end(of question: ApplicationQuestionReport) -> String {
    let answer = question.answer == "allow" ? "allowed" : "denied"
    return "\(question.number): \(answer)" + (question.by.map { " by \($0.visible)" } ?? ", nobody has answered")
  }
}
