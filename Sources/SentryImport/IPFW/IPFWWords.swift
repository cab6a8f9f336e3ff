internal import SentryDiagnostics

/// What of a script's commands is for ipfw.
enum IPFWWords {
  private static let commands: Set<String> = [
    "add", "delete", "flush", "zero", "resetlog", "table", "pipe", "queue", "nat", "set",
  ]
  /// Programs that run the one behind them.
  private static let runners: Set<String> = [
    "sudo", "doas", "nice", "env", "nohup", "exec", "command", "eval", "builtin",
  ]
  private static let actions: Set<String> = [
    "allow", "accept", "pass", "permit", "deny", "drop", "reject", "reset", "unreach", "skipto", "check-state",
    "divert", "fwd",
  ]

  /// `ipfw`, `/sbin/ipfw -q`.
  static func isFirewall(_ text: String) -> Bool {
    guard let first = text.split(separator: " ").first else { return false }
    return first == "ipfw" || first.hasSuffix("/ipfw")
  }

  /// What follows `ipfw` and its options, or a line of what `ipfw FILE` reads, or of a listing; `nil` for other commands.
  static func ofFirewall(_ command: IPFWCommand) -> [Word]? {
    if command.isListing { return command.words }
    var words = withoutRunners(command.words[...])
    guard let first = words.first else { return nil }
    if isFirewall(first.text) { return withoutRedirections(afterOptions(words.dropFirst())) }
    if first.text.hasPrefix("-") { words = afterOptions(words) }
    if first.refusal != nil {
      // The name of a program, in a variable that something else sets.
      words = afterOptions(words.dropFirst())
      return words.first.map { commands.contains($0.text) } == true ? withoutRedirections(words) : nil
    }
    let isCommand = words.first.map { commands.contains($0.text) || $0.text.first?.isNumber == true } ?? false
    return isCommand ? withoutRedirections(words) : nil
  }

  private static func withoutRunners(_ words: ArraySlice<Word>) -> ArraySlice<Word> {
    // `PATH=/sbin ipfw …`
    var words = words.drop { $0.refusal == nil && IPFWScript.assignment($0.text) != nil }
    while let first = words.first, let name = first.text.split(separator: "/").last, runners.contains(String(name)) {
      // `nice -n 5`
      words = words.dropFirst().drop {
        $0.text.hasPrefix("-") || Int($0.text) != nil || IPFWScript.assignment($0.text) != nil
      }
      // `eval "ipfw add …"`
      if let text = words.first, text.refusal == nil, text.text.contains(" ") {
        let parts = text.text.split(separator: " ").map { Word(text: String($0), range: text.range) }
        words = (parts + words.dropFirst())[...]
      }
    }
    return words
  }

  private static func afterOptions(_ words: ArraySlice<Word>) -> ArraySlice<Word> {
    words.drop { $0.text.hasPrefix("-") }
  }

  /// Without `> file` and `2>&1`.
  static func withoutRedirections(_ words: ArraySlice<Word>) -> [Word] {
    var kept: [Word] = []
    var isFile = false
    for word in words {
      let rest = word.text.drop { $0.isNumber }
      let isRedirection = rest.hasPrefix(">") || rest.hasPrefix("<")
      if !isRedirection, !isFile { kept.append(word) }
      isFile = isRedirection && !rest.contains { $0 != ">" && $0 != "<" }
    }
    return kept
  }

  /// What another command seems to add: `myfw -q add 100 deny ip from any to any`.
  static func ruleOfOther(_ command: IPFWCommand) -> [Word]? {
    guard let add = command.words.firstIndex(where: { $0.text == "add" }) else { return nil }
    let rule = command.words[add...]
    return rule.prefix(6).contains { actions.contains($0.text) } ? Array(rule) : nil
  }

  /// What to say of a command that is not for ipfw: more where it may have to do with rules.
  static func finding(about command: IPFWCommand) -> Diagnostic? {
    guard let first = command.words.first else { return nil }
    if [".", "source"].contains(first.text) {
      return .notRead(command.words.dropFirst().first ?? first)
    }
    if command.words.contains(where: { actions.contains($0.text) }) { return .mayMakeRules(first, command.words.range) }
    return command.block == nil ? .notAFirewallCommand(first) : nil
  }
}
