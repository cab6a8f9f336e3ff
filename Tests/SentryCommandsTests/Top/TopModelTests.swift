import SentryControl
import Testing

@testable import SentryCommands

/// What a daemon might answer.
enum TopReplies {
  static func status(
    time: Double = 1_800_000_000, pass: UInt64 = 0, delete: UInt64 = 0, generation: UInt32 = 1,
    start: Double = 1_799_990_000,
    name: String = "my.plist"
  ) -> StatusReply {
    StatusReply(
      mode: "monitor", enabled: true,
      document: DocumentReport(name: name, appliedTime: start, ruleCount: 3, generation: generation),
      startTime: start, time: time,
      interfaces: [InterfaceReport(name: "eth0", capturing: true, filters: true, external: true, dropped: 12)],
      generations: [],
      tables: [
        TableSizeReport(table: "trigger", count: 2, changesPerSecond: 0),
        TableSizeReport(table: "connections", count: 1_234, changesPerSecond: 0),
      ], verdicts: ["pass": pass, "delete": delete], lostEvents: 0, memoryBytes: 8 << 20)
  }

  static let rules = [
    RuleReport(
      number: "1", name: "first", enabled: true, matchCount: 10, byteCount: 9_000, matchDelta: 5, byteDelta: 0),
    RuleReport(
      number: "2", name: "second", enabled: false, matchCount: 500, byteCount: 100, matchDelta: 0, byteDelta: 0),
    RuleReport(
      number: "2.1", name: "third", enabled: true, matchCount: 70, byteCount: 20_000, matchDelta: 9, byteDelta: 0),
  ]

  static let triggered = [
    TableEntryReport(
      address: "203.0.113.9", matchCount: 3, lastTime: 1_799_999_990, triggeredBy: "2.1 third", duration: 3_600),
    TableEntryReport(
      address: "198.51.100.0/24", matchCount: 70, lastTime: 1_799_999_900, triggeredBy: "by hand", duration: nil),
  ]

  static let hosts = [
    TalkerReport(address: "192.0.2.1", packetsIn: 50, packetsOut: 40, bytesIn: 5_000, bytesOut: 4_000, connections: 1),
    TalkerReport(address: "192.0.2.2", packetsIn: 20, packetsOut: 0, bytesIn: 30_000, bytesOut: 0, connections: 7),
  ]

  static func reply(
    _ status: StatusReply = status(), rules: [RuleReport] = rules, triggered: [TableEntryReport] = triggered,
    hosts: [TalkerReport] = hosts
  ) -> TopReply {
    TopReply(
      status: status, rules: rules, triggered: triggered, triggeredCount: triggered.count,
      talkers: TalkersReport(seconds: 2, hosts: hosts))
  }
}

@Suite struct TopModelTests {
  private func model(_ keys: TopKey..., reply: TopReply = TopReplies.reply()) -> TopModel {
    var model = TopModel()
    model.take(reply)
    for key in keys { _ = model.handle(key) }
    return model
  }

  @Test func rulesAreSortedByOneThingAfterAnother() {
    let s = TopKey.character("s")
    #expect(model().rules.map(\.number) == ["2.1", "1", "2"])
    #expect(model(s).rules.map(\.number) == ["2", "2.1", "1"])
    #expect(model(s, s).rules.map(\.number) == ["2.1", "1", "2"])
    #expect(model(s, s, s).rules.map(\.number) == ["1", "2", "2.1"])
    #expect(model(s, s, s, s).order(of: .rules) == .rate)
  }

  @Test func otherListsAreSortedWhenTheyAreChosen() {
    #expect(model(.tab, .character("s")).triggered.map(\.matchCount) == [70, 3])
    #expect(model(.tab, .tab, .character("s")).hosts.map(\.bytes) == [30_000, 9_000])
    #expect(model(.backTab, .character("s")).hosts.map(\.address) == ["192.0.2.2", "192.0.2.1"])
    #expect(model(.tab, .tab, .tab).focus == .rules)
  }

  @Test func aPauseIsOneOfRatesToo() {
    var model = TopModel()
    model.take(TopReplies.reply(TopReplies.status(time: 1_800_000_000, pass: 0)))
    model.take(TopReplies.reply(TopReplies.status(time: 1_800_000_001, pass: 18)))
    _ = model.handle(.character("p"))
    model.take(TopReplies.reply(TopReplies.status(time: 1_800_000_002, pass: 30)))
    #expect(model.rates.current(0) == 18)
    #expect(model.rates.curve(0) == [18])
    _ = model.handle(.character("p"))
    #expect(model.rates.current(0) == 12)
    #expect(model.rates.curve(0) == [18, 12])
  }

  @Test func selectionFollowsItsRow() {
    var model = model(.down)
    #expect(model.selected(in: .rules) == 1)
    var rules = TopReplies.rules
    rules[0].matchDelta = 100
    model.take(TopReplies.reply(rules: rules))
    #expect(model.rules.map(\.number) == ["1", "2.1", "2"])
    #expect(model.selected(in: .rules) == 0)
    model.take(TopReplies.reply(rules: Array(rules.dropFirst())))
    #expect(model.selected(in: .rules) == 0)
    model.take(TopReplies.reply(rules: []))
    #expect(model.selected(in: .rules) == nil)
  }

  @Test func selectionStaysInTheList() {
    #expect(model(.up).selected(in: .rules) == 0)
    #expect(model(.down, .down, .down, .down).selected(in: .rules) == 2)
    #expect(model(.end).selected(in: .rules) == 2)
    #expect(model(.end, .home).selected(in: .rules) == 0)
    #expect(model(.pageDown).selected(in: .rules) == 1)
    #expect(model(.down, reply: TopReplies.reply(rules: [])).selected(in: .rules) == nil)
  }

  @Test func ruleIsSwitchedOnlyAfterYes() {
    var model = model(.down)
    #expect(model.handle(.character("e")) == nil)
    #expect(model.question?.text == "Disable rule 1 'first'?")
    #expect(
      model.handle(.character("y")) == .setEnabled(false, rule: "1", name: "first", generation: 1))
    #expect(model.question == nil)
    _ = model.handle(.character("e"))
    #expect(model.handle(.character("n")) == nil)
    #expect(model.message == "nothing was done")
    _ = model.handle(.character("e"))
    #expect(model.handle(.enter) == nil, "Return does not say yes")
  }

  @Test func disabledRuleIsEnabled() {
    var model = model(.end)
    _ = model.handle(.enter)
    #expect(model.question?.text == "Enable rule 2 'second'?")
    #expect(model.handle(.character("Y")) == .setEnabled(true, rule: "2", name: "second", generation: 1))
  }

  @Test func addressIsRemovedOnlyAfterYes() {
    var model = model(.tab)
    _ = model.handle(.character("r"))
    #expect(model.question?.text == "Remove 203.0.113.9 from table trigger?")
    #expect(model.handle(.character("y")) == .remove(address: "203.0.113.9"))
  }

  /// What was asked is what is done, whatever came meanwhile.
  @Test func questionIsAboutWhatWasSelectedThen() {
    var model = model(.tab)
    _ = model.handle(.character("r"))
    model.take(TopReplies.reply(triggered: Array(TopReplies.triggered.reversed())))
    #expect(model.handle(.character("y")) == .remove(address: "203.0.113.9"))
  }

  @Test func nothingIsAskedInTheWrongList() {
    #expect(model(.character("r")).question == nil)
    #expect(model(.tab, .character("e")).question == nil)
    #expect(model(.tab, .character("e")).message?.contains("Tab") == true)
    #expect(model(.tab, .character("r"), reply: TopReplies.reply(triggered: [])).question == nil)
  }

  @Test func pauseKeepsTheScreenAndShowsTheLatestAfterwards() {
    var model = model(.character("p"))
    model.take(TopReplies.reply(rules: []))
    #expect(model.isPaused)
    #expect(model.rules.count == 3)
    _ = model.handle(.character("p"))
    #expect(!model.isPaused)
    #expect(model.rules.isEmpty)
  }

  @Test func keysEndIt() {
    var model = model()
    #expect(model.handle(.character("q")) == .quit)
    #expect(model.handle(.interrupt) == .quit)
    #expect(model.handle(.suspend) == .suspend)
    _ = model.handle(.character("?"))
    #expect(model.showsHelp)
    #expect(model.handle(.character("x")) == nil)
    #expect(!model.showsHelp)
    _ = model.handle(.character("e"))
    #expect(model.handle(.interrupt) == .quit, "a question does not keep anybody")
  }
}

@Suite struct TopRatesTests {
  @Test func rateIsTheDifferenceByTheTimeBetween() {
    var rates = TopRates()
    rates.take(TopReplies.status(time: 100, pass: 1_000, delete: 5))
    #expect(rates.curve(0).isEmpty)
    rates.take(TopReplies.status(time: 102, pass: 1_300, delete: 5))
    #expect(rates.current(0) == 150)
    #expect(rates.current(1) == 0)
    #expect(rates.curve(0) == [150, 150])
    #expect(rates.total == 150)
  }

  @Test func minuteIsKeptAndNoMore() {
    var rates = TopRates()
    for second in 0...100 { rates.take(TopReplies.status(time: Double(second), pass: UInt64(second * second))) }
    #expect(rates.curve(0).count == 60)
    // (n + 1)² - n² = 2n + 1
    #expect(rates.curve(0).last == 199)
    #expect(rates.curve(0).first == 81)
  }

  @Test func anotherDaemonBeginsAnew() {
    var rates = TopRates()
    rates.take(TopReplies.status(time: 100, pass: 1_000))
    rates.take(TopReplies.status(time: 101, pass: 1_100))
    rates.take(TopReplies.status(time: 102, pass: 3, start: 1_799_999_999))
    #expect(rates.curve(0).isEmpty)
  }

  @Test func countsThatFallAreNoRate() {
    var rates = TopRates()
    rates.take(TopReplies.status(time: 100, pass: 1_000))
    rates.take(TopReplies.status(time: 101, pass: 10))
    #expect(rates.current(0) == 0)
  }

  struct Curve: Sendable, CustomTestStringConvertible {
    let testDescription: String, values: [Double], columns: Int, isPlain: Bool, text: String
  }

  @Test(arguments: [
    Curve(testDescription: "rises", values: [0, 1, 2, 4, 8], columns: 5, isPlain: false, text: " ▁▂▄█"),
    Curve(testDescription: "rises in ASCII", values: [0, 1, 2, 4, 8], columns: 5, isPlain: true, text: " .:=@"),
    Curve(testDescription: "stands at the right", values: [8], columns: 3, isPlain: false, text: "  █"),
    Curve(testDescription: "shows the latest", values: [8, 0, 1, 1], columns: 2, isPlain: false, text: "██"),
    Curve(testDescription: "shows the least there is", values: [1, 1_000_000], columns: 2, isPlain: false, text: "▁█"),
    Curve(testDescription: "is empty without any", values: [0, 0], columns: 2, isPlain: false, text: "  "),
    Curve(testDescription: "has no room", values: [1], columns: 0, isPlain: false, text: ""),
  ])
  func curveIsDrawn(_ c: Curve) {
    #expect(Sparkline.text(c.values, columns: c.columns, isPlain: c.isPlain) == c.text)
  }

  @Test(arguments: [
    (0.0, "0"), (0.4, "0.4"), (0.04, "0.0"), (7, "7"), (9.94, "9.9"), (9.96, "10"), (12.34, "12"), (99.96, "100"),
    (999, "999"), (999.6, "1.0k"), (12_345, "12.3k"), (999_400, "999k"), (1e6, "1.0M"), (4.56e9, "4.6G"),
    (1e18, ">999P"),
    (-3, "0"), (.nan, "0"), (.infinity, "0"),
  ])
  func numbersAreShort(_ value: Double, _ text: String) {
    #expect(ShortNumber.text(value) == text)
  }
}
