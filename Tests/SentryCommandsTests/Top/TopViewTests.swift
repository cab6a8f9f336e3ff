import Foundation
import SentryControl
import SentryJournal
import Testing

@testable import SentryCommands

@Suite struct TopViewTests {
  private func lines(
    width: Int = 80, height: Int = 24, isPlain: Bool = false, isLive: Bool = true,
    _ reply: TopReply = TopReplies.reply(), keys: [TopKey] = []
  ) -> [String] {
    var model = TopModel()
    model.take(reply)
    for key in keys { _ = model.handle(key) }
    var screen = Screen(width: width, height: height, isPlain: isPlain)
    TopView().draw(&model, on: &screen, isLive: isLive)
    return screen.lines(Style(isOn: false))
  }

  @Test func firstLinesSayHowTheDaemonIsDoing() {
    let lines = lines()
    #expect(lines[0].hasPrefix("sentry  monitor  on  my.plist (3 rules)"))
    #expect(lines[0].hasSuffix("up 2h 46m"))
    #expect(lines[1].hasPrefix("lost: 12 ring 0 events 0 log"))
    #expect(lines[1].hasSuffix("1,234 connections  8.0 MiB"))
    #expect(lines[2].hasPrefix("pass") && lines[3].hasPrefix("delete"))
  }

  @Test func everythingFitsOnTheUsualTerminal() {
    let lines = lines()
    #expect(lines.count == 24)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines[4].hasPrefix("> Rules, by rate"))
    #expect(lines[5].hasPrefix("> 2.1 third") && lines[6].hasPrefix("  1 first"))
    #expect(lines[7].hasPrefix("  2 second (disabled)"))
    let triggered = lines.firstIndex { $0.hasPrefix("  Triggered (2)") }
    #expect(triggered.map { lines[$0 + 1].hasPrefix("  203.0.113.9") && lines[$0 + 1].contains("2.1 third") } == true)
    #expect(triggered.map { lines[$0 + 1].contains("59m 50s") && lines[$0 + 2].contains("always") } == true)
    let hosts = lines.firstIndex { $0.hasPrefix("  Hosts, by packets") }
    // Fifty packets in two seconds.
    #expect(hosts.map { lines[$0 + 1].split(separator: " ").prefix(3) == ["192.0.2.1", "25", "20"] } == true)
    #expect(lines[23].hasPrefix("q quit"))
  }

  @Test(arguments: [(40, 10), (80, 24), (81, 25), (132, 50), (300, 100), (1_000, 1_000)])
  func anySizeIsFilledAndNotMore(_ width: Int, _ height: Int) {
    let lines = lines(width: width, height: height)
    #expect(lines.count == height)
    #expect(lines.allSatisfy { $0.count <= width })
    #expect(lines.contains { $0.contains("Rules, by rate") })
  }

  @Test(arguments: [(39, 24), (80, 9), (1, 1), (0, 0)])
  func tooSmallIsSaid(_ width: Int, _ height: Int) {
    #expect(lines(width: width, height: height).first?.first == "s")
  }

  @Test func selectedRowIsAlwaysOnTheScreen() {
    let rules = (1...200).map { RuleReport(number: "\($0)", name: "rule", enabled: true) }
    let reply = TopReplies.reply(rules: rules)
    #expect(lines(reply, keys: [.end]).contains { $0.hasPrefix("> 200 rule") })
    #expect(lines(reply, keys: Array(repeating: .down, count: 77)).contains { $0.hasPrefix("> 78 rule") })
    #expect(lines(reply).contains { $0.hasPrefix("  Triggered") }, "one list leaves room for the others")
  }

  @Test func questionAndHelpAreSeen() {
    #expect(lines(keys: [.character("e")]).last == "Disable rule 2.1 'third'? y: yes, any other key: no")
    let help = lines(keys: [.character("?")])
    #expect(
      help.contains { $0.contains("q, Ctrl-C") } && help.contains { $0.contains("take the selected address out") })
    #expect(lines(keys: [.character("p")]).first?.contains("PAUSED") == true)
  }

  @Test func oncePrintsNoKeys() {
    let lines = lines(isLive: false)
    #expect(!lines.contains { $0.contains("q quit") || $0.hasPrefix(">") })
    #expect(lines.contains { $0.hasPrefix("  2.1 third") })
  }

  @Test func emptyListsSayWhy() {
    let lines = lines(TopReplies.reply(rules: [], triggered: [], hosts: []))
    #expect(lines.contains("  no address is triggered"))
    #expect(lines.contains("  no host has exchanged packets that passed"))
  }

  @Test func namesOfRulesSteerNothing() {
    let evil = "\u{1B}[2J\u{1B}]0;owned\u{7}\nnext\u{202E}"
    var rules = TopReplies.rules
    rules[2].name = evil
    var entry = TopReplies.triggered[0]
    entry.triggeredBy = evil
    let text = lines(
      TopReplies.reply(TopReplies.status(name: evil), rules: rules, triggered: [entry]), keys: [.character("e")])
    for scalar in text.joined().unicodeScalars {
      #expect(scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format)
    }
  }

  @Test func plainTerminalGetsASCIIOnly() {
    var model = TopModel()
    for second in 0..<10 {
      model.take(
        TopReplies.reply(
          TopReplies.status(time: 1_800_000_000 + Double(second), pass: UInt64(second * second), name: "größe")))
    }
    var screen = Screen(width: 80, height: 24, isPlain: true)
    TopView().draw(&model, on: &screen)
    let lines = screen.lines(Style(isOn: false))
    #expect(lines.joined().utf8.allSatisfy { $0 < 0x80 })
    #expect(lines[2].hasSuffix("@"))
  }

  @Test(arguments: [
    ([100, 100, 100], 18, [6, 6, 6]), ([0, 0, 0], 18, [2, 2, 2]), ([100, 1, 1], 18, [14, 2, 2]),
    ([3, 100, 2], 18, [4, 11, 3]), ([100, 100, 100], 4, [2, 1, 1]), ([1, 1, 1], 0, [0, 0, 0]),
    ([1, 1, 1], -3, [0, 0, 0]),
  ])
  func listsShareTheRoom(_ counts: [Int], _ room: Int, _ heights: [Int]) {
    #expect(TopView.heights(of: counts, in: room) == heights)
  }
}
