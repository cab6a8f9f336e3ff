internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryJournal

/// Draws the live screen.
///
/// From top to bottom: how the daemon is doing (two lines), the rate of each verdict that occurs with its last minute, three lists that
/// share what is left, and one line for keys, questions and answers.
struct TopView {
  private let clock: LocalTime

  init(clock: LocalTime = LocalTime()) { self.clock = clock }

  /// Below it, nothing can be drawn that tells anything.
  private static let leastSize = (width: 40, height: 10)

  /// - Parameter isLive: somebody can press keys.
  func draw(_ model: inout TopModel, on screen: inout Screen, isLive: Bool = true) {
    guard screen.width >= Self.leastSize.width, screen.height >= Self.leastSize.height else {
      screen.put("sentry top needs \(Self.leastSize.width) x \(Self.leastSize.height)", row: 0, column: 0)
      return
    }
    if model.showsHelp { return drawHelp(on: &screen) }
    if let reply = model.reply {
      drawState(reply.status, model, on: &screen)
      drawLosses(reply, on: &screen)
      let row = drawVerdicts(model.rates, from: 2, on: &screen)
      drawPanes(&model, reply, rows: row..<screen.height - (isLive ? 1 : 0), on: &screen, isLive: isLive)
    } else {
      screen.put("sentry", row: 0, column: 0, style: .bold)
      screen.put("asking the daemon ...", row: 2, column: 0)
    }
    if isLive { drawFoot(model, on: &screen) }
  }

  // MARK: How the daemon is doing

  private func drawState(_ status: StatusReply, _ model: TopModel, on screen: inout Screen) {
    let time = status.time - status.startTime
    let uptime = "up " + TimeText.duration(seconds: TimeText.wholeSeconds(time))
    screen.put(uptime, row: 0, endingAt: screen.width)
    let room = screen.width - uptime.count - 2
    var column = screen.put("sentry", row: 0, column: 0, style: .bold)
    func add(_ text: String, _ style: CellStyle = []) {
      column = screen.put(text, row: 0, column: column + 2, style: style, columns: room - column - 2)
    }
    if model.isPaused { add("PAUSED", [.bold, .reverse]) }
    add(status.mode)
    add(status.enabled ? "on" : "OFF: every packet passes unjudged", status.enabled ? .green : [.yellow, .bold])
    if let policy = Self.policy(of: status) { add(policy, policy == "dry run" ? .yellow : []) }
    if status.isObserved == true { add("observing", .yellow) }
    if let trial = status.trial { add("on trial for \(trial.remaining) s", [.yellow, .bold]) }
    add("\(status.document.name) (\(counted(status.document.ruleCount, "rule")))")
  }

  private static func policy(of status: StatusReply) -> String? {
    if status.queue?.dryRun == true || status.bridge?.dryRun == true { return "dry run" }
    return status.queue?.policy
  }

  private func drawLosses(_ reply: TopReply, on screen: inout Screen) {
    let status = reply.status
    let ring = status.interfaces.reduce(0) { $0 &+ $1.dropped }
    let queue = status.queue.map { $0.overflowed &+ $0.undelivered &+ $0.refused &+ $0.vanished }
    let entries = (status.memory?.lost ?? 0) &+ (status.log?.places.reduce(0) { $0 &+ $1.lost } ?? 0)
    var column = screen.put("lost:", row: 1, column: 0, style: .faint)
    func add(_ count: UInt64, _ name: String) {
      column = screen.put(
        " \(ShortNumber.text(count)) \(name)", row: 1, column: column, style: count > 0 ? [.red, .bold] : .faint)
    }
    add(ring, "ring")
    if let queue { add(queue, "queue") }
    add(status.lostEvents, "events")
    add(entries, "log")
    let connections = status.tables.first { $0.table == "connections" }?.count ?? 0
    let blocked = status.queue?.kernel?.blocks.map { "  kernel dropped \(ShortNumber.text($0.dropped))" } ?? ""
    let memory = status.memoryBytes.map { "  \(ByteText.short(UInt64(max(0, $0))))" } ?? ""
    let rest = "\(counted(connections, "connection"))\(blocked)\(memory)"
    if column + 2 + rest.count <= screen.width { screen.put(rest, row: 1, endingAt: screen.width) }
  }

  // MARK: Verdicts

  /// - Returns: the row below.
  private func drawVerdicts(_ rates: TopRates, from first: Int, on screen: inout Screen) -> Int {
    let shown = TopRates.verdicts.indices.filter { $0 < 2 || rates.curve($0).contains { $0 > 0 } }
    let names = ["pass", "delete", "reject", "drop", "delay", "route to"]
    let styles: [CellStyle] = [.green, .red, .red, .red, .yellow, .yellow]
    var row = first
    for verdict in shown.prefix(max(2, screen.height - 18)) {
      screen.put(names[verdict], row: row, column: 0)
      screen.put(ShortNumber.text(rates.current(verdict)) + "/s", row: row, endingAt: 17)
      let columns = min(TopRates.span, screen.width - 19)
      screen.put(
        Sparkline.text(rates.curve(verdict), columns: columns, isPlain: screen.isPlain), row: row, column: 19,
        style: styles[verdict])
      row += 1
    }
    return row
  }

  // MARK: Lists

  private struct Column {
    var title: String
    /// `nil` for what takes the rest of the line.
    var width: Int?
    var isRight = true
  }

  private struct List {
    var pane: TopModel.Pane
    var title: String
    var columns: [Column]
    var rows: [[String]]
    /// Said in the place of rows where there are none.
    var nothing: String
    /// Rows that look switched off.
    var isFaint: (Int) -> Bool = { _ in false }
  }

  private func drawPanes(
    _ model: inout TopModel, _ reply: TopReply, rows: Range<Int>, on screen: inout Screen, isLive: Bool
  ) {
    let lists = [rulesList(model), triggeredList(model, reply, isWide: screen.width >= 100), hostsList(model, reply)]
    let heights = Self.heights(of: lists.map(\.rows.count), in: rows.count)
    var row = rows.lowerBound
    for (list, height) in zip(lists, heights) where height > 0 {
      let isFocused = isLive && list.pane == model.focus
      model.pageRows[list.pane] = max(1, height - 1)
      let selected = isFocused ? model.selected(in: list.pane) : nil
      draw(list, selected: selected, isFocused: isFocused, rows: row..<row + height, on: &screen)
      row += height
    }
  }

  /// Each list has its title and a third of the rows; what one does not need the others get.
  static func heights(of counts: [Int], in room: Int) -> [Int] {
    var heights = counts.map { _ in 0 }
    let wanted = counts.map { max(1, $0) + 1 }
    var left = max(0, room)
    var hungry = Array(counts.indices)
    while left > 0, !hungry.isEmpty {
      for list in hungry where left > 0 {
        heights[list] += 1
        left -= 1
      }
      hungry = hungry.filter { heights[$0] < wanted[$0] }
    }
    return heights
  }

  private func draw(_ list: List, selected: Int?, isFocused: Bool, rows: Range<Int>, on screen: inout Screen) {
    let columns = Self.fitting(list.columns, width: screen.width)
    let places = Self.places(of: columns, width: screen.width)
    screen.put(isFocused ? ">" : " ", row: rows.lowerBound, column: 0)
    screen.put(list.title, row: rows.lowerBound, column: 2, columns: places[0].count)
    for (column, place) in zip(columns, places).dropFirst() {
      put(column.title, column, place, row: rows.lowerBound, on: &screen)
    }
    screen.emphasize(row: rows.lowerBound, isFocused ? [.bold, .reverse] : .bold)
    let visible = max(0, rows.count - 1)
    guard !list.rows.isEmpty else {
      if visible > 0 { screen.put("  " + list.nothing, row: rows.lowerBound + 1, column: 0, style: .faint) }
      return
    }
    // The selected row is always on the screen.
    let first = max(0, min((selected ?? 0) - visible / 2, list.rows.count - visible))
    for (offset, place) in (first..<min(list.rows.count, first + visible)).enumerated() {
      let row = rows.lowerBound + 1 + offset
      for (text, (column, columns)) in zip(list.rows[place], zip(columns, places)) {
        put(text, column, columns, row: row, on: &screen)
      }
      if list.isFaint(place) { screen.emphasize(row: row, .faint) }
      guard place == selected else { continue }
      screen.put(">", row: row, column: 0)
      screen.emphasize(row: row, .reverse)
    }
  }

  private func put(_ text: String, _ column: Column, _ place: Range<Int>, row: Int, on screen: inout Screen) {
    guard let width = column.width, column.isRight else {
      screen.put(text, row: row, column: place.lowerBound, columns: place.count)
      return
    }
    // Half a number is a wrong one.
    if place.count >= width, text.count <= width { screen.put(text, row: row, endingAt: place.upperBound) }
  }

  /// What takes the rest of the line has at least so many columns.
  private static let leastRest = 16

  /// The columns that there is room for: the last ones go first, the first stays.
  private static func fitting(_ columns: [Column], width: Int) -> [Column] {
    var fitting = columns
    while fitting.count > 1, taken(by: fitting) + (fitting.contains { $0.width == nil } ? leastRest : 0) > width {
      fitting.removeLast()
    }
    return fitting
  }

  /// What columns of a known width take: two places stay free at the left, and one behind every column.
  private static func taken(by columns: [Column]) -> Int { columns.reduce(2) { $0 + ($1.width ?? 0) + 1 } - 1 }

  private static func places(of columns: [Column], width: Int) -> [Range<Int>] {
    let rest = max(0, width - taken(by: columns))
    var start = 2
    return columns.map { column in
      let end = min(width, start + (column.width ?? rest))
      defer { start = min(width, end + 1) }
      return start..<max(start, end)
    }
  }

  private func rulesList(_ model: TopModel) -> List {
    let rules = model.rules
    return List(
      pane: .rules, title: "Rules, by \(model.order(of: .rules).text)",
      columns: [
        Column(title: "", width: nil, isRight: false), Column(title: "per s", width: 6),
        Column(title: "matches", width: 8), Column(title: "bytes", width: 9), Column(title: "last", width: 8),
      ],
      rows: rules.map { rule in
        [
          "\(rule.number) \(rule.name)\(rule.enabled ? "" : " (disabled)")",
          rule.matchDelta.map { $0 == 0 ? "" : ShortNumber.text($0) } ?? "", ShortNumber.text(rule.matchCount),
          ByteText.short(rule.byteCount), rule.lastTime.map { time($0) } ?? "",
        ]
      }, nothing: "no rules", isFaint: { !rules[$0].enabled })
  }

  private func triggeredList(_ model: TopModel, _ reply: TopReply, isWide: Bool) -> List {
    let now = TimeText.wholeSeconds(reply.status.time)
    return List(
      pane: .triggered, title: "Triggered (\(grouped(reply.triggeredCount))), by \(model.order(of: .triggered).text)",
      columns: [
        Column(title: "", width: isWide ? 43 : 30, isRight: false), Column(title: "by", width: nil, isRight: false),
        Column(title: "matches", width: 7), Column(title: "left", width: 7), Column(title: "last", width: 8),
      ],
      rows: model.triggered.map { entry in
        [
          entry.address, entry.triggeredBy, ShortNumber.text(entry.matchCount),
          entry.remainingSeconds(at: now).map { TimeText.duration(seconds: $0) } ?? "always",
          time(Double(entry.lastTime)),
        ]
      }, nothing: "no address is triggered")
  }

  private func hostsList(_ model: TopModel, _ reply: TopReply) -> List {
    let seconds = reply.talkers.seconds
    func rate(_ count: UInt64) -> String { ShortNumber.text(seconds > 0 ? Double(count) / seconds : 0) }
    return List(
      pane: .hosts, title: "Hosts, by \(model.order(of: .hosts).text)",
      columns: [
        Column(title: "", width: nil, isRight: false), Column(title: "in/s", width: 6),
        Column(title: "out/s", width: 6),
        Column(title: "in B/s", width: 9), Column(title: "out B/s", width: 9), Column(title: "connections", width: 11),
      ],
      rows: model.hosts.map { host in
        [
          host.address, rate(host.packetsIn), rate(host.packetsOut), byteRate(host.bytesIn, seconds),
          byteRate(host.bytesOut, seconds), ShortNumber.text(UInt64(max(0, host.connections))),
        ]
      }, nothing: seconds > 0 ? "no host has exchanged packets that passed" : "wait a second ...")
  }

  private func byteRate(_ bytes: UInt64, _ seconds: Double) -> String {
    guard seconds > 0 else { return "" }
    return ByteText.short(UInt64(min(1e18, Double(bytes) / seconds)))
  }

  /// The time of day of a moment.
  private func time(_ seconds: Double) -> String { String(clock.text(secondsSince1970: seconds).suffix(8)) }

  // MARK: The last line

  private func drawFoot(_ model: TopModel, on screen: inout Screen) {
    let row = screen.height - 1
    if let question = model.question {
      screen.put("\(question.text) y: yes, any other key: no", row: row, column: 0, style: [.bold, .yellow])
    } else if let message = model.message {
      screen.put(message, row: row, column: 0, style: .bold)
    } else {
      let keys =
        "q quit  p \(model.isPaused ? "go on" : "pause")  s sort  Tab list  e rule on/off  r remove address  ? help"
      screen.put(keys, row: row, column: 0, style: .faint)
    }
  }

  private static let help: [(keys: String, meaning: String)] = [
    ("q, Ctrl-C", "quit"), ("p, blank", "pause, and go on: the screen stands still, the daemon does not"),
    ("Tab, Shift-Tab", "the next list, the one before"), ("arrows, j, k", "the next row, the one before"),
    ("Page Up, Page Down", "as many rows as the list shows"), ("Home, End", "the first row, the last"),
    ("s", "sort the list by something else"), ("e, Enter", "switch the selected rule off or on (asks)"),
    ("r", "take the selected address out of table trigger (asks)"), ("Ctrl-L", "draw everything again"),
    ("Ctrl-Z", "stop for a while; 'fg' goes on"), ("?", "this list; any key leaves it"),
  ]

  private func drawHelp(on screen: inout Screen) {
    screen.put("sentry top: keys", row: 0, column: 0, style: .bold)
    for (offset, line) in Self.help.enumerated() {
      screen.put(line.keys, row: 2 + offset, column: 2, style: .bold)
      screen.put(line.meaning, row: 2 + offset, column: 22)
    }
  }
}

extension TopModel.Order {
  fileprivate var text: String {
    switch self {
    case .latest: "time"
    default: rawValue
    }
  }
}
