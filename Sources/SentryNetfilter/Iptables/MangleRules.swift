// The marked form's part in iptables: a chain of our own in table `mangle`, and one rule in each of two built-in chains
// that leads marked packets there. They come last, so that the rules of others see every packet as ever: a packet that a
// queue has accepted goes on behind the whole table.

internal import SentryCapture

/// One family's half: IPv4 or IPv6.
struct MangleRules {
  enum Family: String, CaseIterable {
    case ipv4 = "iptables"
    case ipv6 = "ip6tables"
  }

  static let chain = "sentry-queue"

  var part: NetfilterPart { family == .ipv4 ? .iptables : .ip6tables }

  var hasTools: Bool { (try? checkTools()) != nil }

  /// - Throws: `.noProgram`.
  func checkTools() throws(NetfilterError) {
    _ = try restore.path
    _ = try save.path
  }

  /// Lines that `installed()` finds when all is there: the chain, two rules in it, two that lead to it.
  static let lineCount = 5

  let family: Family

  var restore: Tool { Tool(name: "\(family.rawValue)-restore", package: "iptables") }
  private var save: Tool { Tool(name: "\(family.rawValue)-save", package: "iptables") }

  /// What there is of ours, as `iptables-save` writes it without counters: our chain, what leads to it, and what is in it.
  func installed() throws(NetfilterError) -> [String] {
    let outcome = try save.run(["-t", "mangle"])
    guard outcome.status == 0 else {
      throw NetfilterError(
        asked: "list the rules of \(family.rawValue)", program: save.name, status: outcome.status, wrote: outcome.errors
      )
    }
    return outcome.output.split(separator: "\n").compactMap { Self.ours(String($0)) }
  }

  /// Puts our rules in the place of those that `installed()` has found, in one step.
  func replace(_ found: [String], for feed: QueueFeed) throws(NetfilterError) {
    try commit(
      [":\(Self.chain) - [0:0]"] + Self.deletions(of: found) + Self.rules(for: feed),
      to: "install the rules of \(family.rawValue)")
  }

  /// Whether these two feeds need different rules.
  static func areOthers(for feed: QueueFeed, than old: QueueFeed) -> Bool { rules(for: feed) != rules(for: old) }

  /// Takes out what `installed()` has found; nothing if that is nothing.
  func remove(_ found: [String]) throws(NetfilterError) {
    guard !found.isEmpty else { return }
    try commit(
      [":\(Self.chain) - [0:0]"] + Self.deletions(of: found) + ["-X \(Self.chain)"],
      to: "remove the rules of \(family.rawValue)")
  }

  private func commit(_ lines: [String], to asked: String) throws(NetfilterError) {
    let script = (["*mangle"] + lines + ["COMMIT", ""]).joined(separator: "\n")
    // The older iptables has a lock of its own, to be waited for.
    let outcome = try restore.run(["--noflush", "--wait", "5"], input: script)
    guard outcome.status == 0 else {
      throw NetfilterError(asked: asked, program: restore.name, status: outcome.status, wrote: outcome.errors)
    }
  }

  // MARK: Lines

  /// The chain is emptied by being declared; only what leads to it must be deleted, word by word.
  private static func deletions(of found: [String]) -> [String] {
    found.filter { $0.hasPrefix("-A ") && !$0.hasPrefix("-A \(chain) ") }.map { "-D" + $0.dropFirst(2) }
  }

  private static func rules(for feed: QueueFeed) -> [String] {
    chainRules(feed) + ["PREROUTING", "POSTROUTING"].map { jump(from: $0, feed) }
  }

  /// Clears the bit first: what still has it behind this table was not queued.
  private static func chainRules(_ feed: QueueFeed) -> [String] {
    let bypass = feed.policy == .failOpen ? " --queue-bypass" : ""
    return [
      "-A \(chain) -j MARK --set-xmark 0x0/\(hexadecimal(feed.queueMark))",
      "-A \(chain) -j NFQUEUE --queue-num \(feed.queue)\(bypass)",
    ]
  }

  private static func jump(from hook: String, _ feed: QueueFeed) -> String {
    let mark = hexadecimal(feed.queueMark)
    return "-A \(hook) -m mark --mark \(mark)/\(mark) -m comment --comment \"\(FeedRuleset.comment)\" -j \(chain)"
  }

  private static func ours(_ line: String) -> String? {
    if line.hasPrefix(":\(chain) ") { return ":\(chain)" }
    let isOurs =
      line.hasPrefix("-A \(chain) ")
      || line.hasPrefix("-A ") && (line.hasSuffix(" -j \(chain)") || line.hasSuffix(" -g \(chain)"))
    return isOurs ? line : nil
  }
}

extension MangleRules.Family {
  /// As today's iptables calls its table in nftables.
  var nftablesTable: String { self == .ipv4 ? "table ip mangle" : "table ip6 mangle" }

  /// The older iptables (iptables-legacy) has made its table.
  var hasOlderTable: Bool {
    let names = SystemText.network(self == .ipv4 ? "ip_tables_names" : "ip6_tables_names") ?? ""
    return names.split(separator: "\n").contains("mangle")
  }

  /// The kernel speaks it: IPv6 can be left out or switched off for good.
  var isInKernel: Bool { self == .ipv4 || SystemText.network("if_inet6") != nil }
}
