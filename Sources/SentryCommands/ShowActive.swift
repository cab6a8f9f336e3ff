internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryImport
internal import SentryJournal
internal import SentryRules

/// `sentry show-active`: the rules in force.
struct ShowActive: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show-active",
    abstract: "Show the rules in force with their counters.",
    discussion: """
      The document is the one that was applied, comments and all; a comment after each rule's brace says its number, its \
      matches and bytes, and in parentheses what the last second added. What is printed loads again as the same document.

        sentry show-active > running.plist
        sentry show-active --format tree --watch
        sentry show-active --format ipfw
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case tree
    case ipfw
    case json
  }

  @Option(help: "The document, an outline, a list in the manner of ipfw, or JSON.")
  var format = Format.text

  @Flag(help: "Without counters.")
  var noCounters = false

  @Flag(help: "Show it again every second.")
  var watch = false

  @OptionGroup var socket: SocketOption

  func validate() throws {
    if noCounters, format == .json { throw ValidationError("--no-counters goes with --format text, tree and ipfw") }
  }

  func run() async throws {
    try await ControlClient.connected(to: socket.path) { client in
      repeat {
        let reply: ActiveRulesReply = try await client.get(ControlPath.rules)
        if watch && Console.outputIsTerminal { Console.write(Self.clearScreen) }
        Console.write(try text(of: reply))
        if watch { try await Task.sleep(for: .seconds(1)) }
      } while watch
    }
  }

  /// ECMA-48: cursor home, erase display.
  private static let clearScreen = "\u{1B}[H\u{1B}[2J"

  /// Ends in a line end.
  func text(of reply: ActiveRulesReply) throws(CommandFailure) -> String {
    switch format {
    case .text: return documentText(of: reply)
    case .tree: return treeText(of: reply)
    case .ipfw: return ipfwText(of: reply)
    case .json: return try jsonText(reply) + "\n"
    }
  }

  private func documentText(of reply: ActiveRulesReply) -> String {
    let comment: (Int) -> String? = { index in
      guard !noCounters, reply.rules.indices.contains(index) else { return nil }
      return Self.counterText(of: reply.rules[index])
    }
    let text = AnnotatedDocument.text(of: RuleDocument(reading: reply.text), remark: comment) ?? reply.text
    let whole = text.hasSuffix("\n") ? text : text + "\n"
    return Console.outputIsTerminal ? Self.harmless(whole) : whole
  }

  /// Whoever wrote the document does not steer the terminal of who looks at it. A file gets it as it is.
  static func harmless(_ text: String) -> String {
    text.map { ["\n", "\r\n", "\t"].contains($0) ? String($0) : $0.withStandIns ?? String($0) }.joined()
  }

  /// `12 matches (+3), 720 bytes (+180)`; changes only where there are any.
  static func counterText(of rule: RuleReport) -> String {
    let matches = rule.matchCount == 1 ? "1 match" : "\(rule.matchCount) matches"
    let bytes = rule.byteCount == 1 ? "1 byte" : "\(rule.byteCount) bytes"
    return "\(matches)\(changeText(rule.matchDelta)), \(bytes)\(changeText(rule.byteDelta))"
  }

  private static func changeText(_ delta: UInt64?) -> String {
    guard let delta, delta > 0 else { return "" }
    return " (+\(delta))"
  }

  private func treeText(of reply: ActiveRulesReply) -> String {
    guard let ruleSet = RuleDocument(reading: reply.text).ruleSet else { return reply.text }
    let text = RuleTreeText.text(of: ruleSet, columns: noCounters ? [] : Self.columns(for: reply.rules))
    return text.hasSuffix("\n") ? text : text + "\n"
  }

  private func ipfwText(of reply: ActiveRulesReply) -> String {
    guard let ruleSet = RuleDocument(reading: reply.text).ruleSet else { return reply.text }
    let counts = reply.rules.map { IPFWListing.Counts(packets: $0.matchCount, bytes: $0.byteCount) }
    return IPFWListing.text(of: ruleSet, counts: noCounters ? nil : counts)
  }

  /// Nothing where nothing was counted, so that what was stands out.
  private static func columns(for rules: [RuleReport]) -> [RuleTreeText.Column] {
    let clock = LocalTime()
    func text(_ count: UInt64?) -> String { count.map { $0 == 0 ? "" : grouped($0) } ?? "" }
    return [
      RuleTreeText.Column(title: "matches", values: rules.map { text($0.matchCount) }),
      RuleTreeText.Column(title: "per second", values: rules.map { text($0.matchDelta) }),
      RuleTreeText.Column(title: "bytes", values: rules.map { text($0.byteCount) }),
      RuleTreeText.Column(
        title: "last match", values: rules.map { $0.lastTime.map { clock.text(secondsSince1970: $0) } ?? "" }),
    ]
  }
}
