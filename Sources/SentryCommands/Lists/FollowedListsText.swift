internal import SentryControl
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryRules

/// Lists that the document follows, for people.
struct FollowedListsText {
  let style: Style
  var clock = LocalTime()

  static func print(_ reply: FollowedListsReply, _ format: ReportFormat) throws {
    switch format {
    case .json: Console.writeLine(try jsonText(reply))
    case .text:
      let text = FollowedListsText(style: Style(isOn: Console.outputHasColour))
      Console.writeLine(text.lines(of: reply).joined(separator: "\n"))
    }
  }

  /// A table, and a line for each problem below it.
  func lines(of reply: FollowedListsReply) -> [String] {
    guard !reply.lists.isEmpty else { return ["the document in force follows no lists"] }
    var table = TextTable(
      ("list", .left), ("table", .left), ("entries", .right), ("age", .right), ("last answer", .left),
      ("next look", .right), ("source", .left))
    for list in reply.lists {
      table.add(
        list.name.visible, list.table, list.entries.map { grouped($0) } ?? "-",
        age(of: list.fetchedTime, reply.time), answer(of: list, reply.time), next(of: list, reply.time),
        list.source.visible)
    }
    let remarks = reply.lists.flatMap { self.remarks(on: $0) }
    return table.lines(style: style) + (remarks.isEmpty ? [] : [""] + remarks)
  }

  /// What `sentry status` says of one: `1,412 entries in table trigger, 3h old`.
  func summary(of list: FollowedListReport, now: Double) -> String {
    let entries = list.entries.map { counted($0, "entry", plural: "entries") } ?? "no entries yet"
    var text = "\(entries) for table \(list.table)"
    if list.fetchedTime != nil { text += ", \(age(of: list.fetchedTime, now)) old" }
    guard let problem = list.problem else { return text }
    return text + "; " + style.yellow(trouble(problem, list))
  }

  private func trouble(_ problem: String, _ list: FollowedListReport) -> String {
    let since = list.problemSince.map { " since \(clock.text(secondsSince1970: $0))" } ?? ""
    return "trouble\(since): \(problem.visible)"
  }

  private func remarks(on list: FollowedListReport) -> [String] {
    var remarks: [String] = []
    if let problem = list.problem {
      let rest = list.entries == nil ? "" : "; the copy before stays in force"
      remarks.append("\(list.name.visible): \(style.yellow(trouble(problem, list) + rest))")
    }
    if list.protected > 0 {
      remarks.append("\(list.name.visible): \(grouped(list.protected)) not entered, for they touch protected addresses")
    }
    if list.others > 0 {
      remarks.append(
        "\(list.name.visible): \(grouped(list.others)) were entered by others already, and are left to them")
    }
    if list.leftOut > 0 {
      remarks.append(
        "\(list.name.visible): \(counted(list.leftOut, "line")) left out: unreadable, too wide, or for another table")
    }
    return remarks
  }

  private func age(of time: Double?, _ now: Double) -> String {
    time.map { TimeText.duration(seconds: TimeText.wholeSeconds(max(0, now - $0))) } ?? "-"
  }

  private func answer(of list: FollowedListReport, _ now: Double) -> String {
    guard list.enabled else { return "not enabled" }
    guard !list.isUnderWay else { return "under way" }
    guard let answer = list.lastAnswer, let time = list.lastAnswerTime else { return "none yet" }
    let what = list.problem == nil ? answer : "trouble"
    return "\(what.visible), \(age(of: time, now)) ago"
  }

  private func next(of list: FollowedListReport, _ now: Double) -> String {
    guard let next = list.nextTime else { return "-" }
    return next <= now ? "now" : "in \(TimeText.duration(seconds: TimeText.wholeSeconds(next - now)))"
  }
}
