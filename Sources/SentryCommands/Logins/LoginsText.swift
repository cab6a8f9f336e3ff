internal import SentryControl
internal import SentryDiagnostics
internal import SentryJournal
internal import SentryRules

/// Logins that fail, for people.
struct LoginsText {
  let style: Style
  var clock = LocalTime()

  /// What blocks, and three tables, those left out that would be empty.
  func lines(of reply: LoginsReply) -> [String] {
    guard !reply.sources.isEmpty || !reply.blocked.isEmpty else {
      return ["the document in force follows no logs: settings.logins (docs/Logins.md)"]
    }
    var lines = [
      "\(reply.failures) failures in a row within \(duration(reply.windowSeconds)) block for \(duration(reply.blockSeconds))"
    ]
    if !reply.sources.isEmpty { lines += [""] + sources(reply) }
    if !reply.nearest.isEmpty { lines += [""] + nearest(reply) }
    if !reply.blocked.isEmpty { lines += [""] + blocked(reply) }
    return lines
  }

  private func duration(_ seconds: some BinaryInteger) -> String { TimeText.duration(seconds: Int64(seconds)) }

  private func sources(_ reply: LoginsReply) -> [String] {
    var table = TextTable(
      ("log", .left), ("services", .left), ("lines", .right), ("of failures", .right),
      ("of successes", .right), ("last", .left), ("state", .left))
    for source in reply.sources {
      table.add(
        source.source.visible, source.services.map(\.visible).joined(separator: ", "), grouped(source.lines),
        grouped(source.failed), grouped(source.succeeded),
        source.lastTime.map { clock.text(secondsSince1970: $0) } ?? "-",
        source.problem.map { style.yellow($0.visible) } ?? "followed")
    }
    let remarks = reply.sources.filter { $0.tooLong > 0 }.map {
      "\($0.source.visible): \(counted($0.tooLong, "line")) too long to be read"
    }
    return table.lines(style: style) + remarks
  }

  private func nearest(_ reply: LoginsReply) -> [String] {
    var table = TextTable(
      ("address", .left), ("failures", .right), ("service", .left), ("last user", .left), ("last", .left))
    for tally in reply.nearest {
      table.add(
        tally.address, "\(tally.failures) of \(reply.failures)", tally.service.visible, tally.user?.visible ?? "-",
        clock.text(secondsSince1970: tally.lastTime))
    }
    let more = reply.counted - reply.nearest.count
    return table.lines(style: style) + (more > 0 ? ["and \(counted(more, "address", plural: "addresses")) more"] : [])
  }

  private func blocked(_ reply: LoginsReply) -> [String] {
    var table = TextTable(("blocked", .left), ("at", .left), ("for", .right), ("times", .right), ("why", .left))
    for block in reply.blocked {
      table.add(
        block.address, clock.text(secondsSince1970: block.time), duration(block.seconds), "\(block.count)",
        block.reason.visible)
    }
    return table.lines(style: style)
  }

  /// Why an address was blocked, with the lines of the log.
  func lines(why block: LoginBlockReport) -> [String] {
    let times = block.count > 1 ? ", block \(block.count) of this address" : ""
    let head =
      "  blocked \(clock.text(secondsSince1970: block.time)) for \(duration(block.seconds)): \(block.reason.visible)\(times)"
    return [head]
      + (block.lines ?? []).map { "    \(clock.text(secondsSince1970: $0.time))  \($0.text.visible)" }
  }
}
