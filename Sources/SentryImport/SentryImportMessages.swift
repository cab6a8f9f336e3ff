// What an import says about the rules of other firewalls.

internal import SentryDiagnostics

extension Diagnostic {
  // MARK: What has no place in the document

  static func notTakenOver(_ refusal: ImportRefusal) -> Diagnostic {
    Diagnostic(.notTakenOver, at: Place(range: refusal.range), refusal.message, hint: "not taken over")
  }

  static func notTakenOver(_ message: String, at range: Range<Int>) -> Diagnostic {
    notTakenOver(ImportRefusal(message, at: range))
  }

  static func conditional(_ words: [Word], on block: Word?) -> Diagnostic {
    let condition = block.map { "\($0.text.quoted) before it" } ?? "the command before it"
    return notTakenOver("whether this runs depends on \(condition), which only a shell can tell", at: words.range)
  }

  static func addedByOther(_ words: [Word]) -> Diagnostic {
    notTakenOver("whether \(words[0].text.quoted) hands this to ipfw is not known here", at: words.range)
  }

  static func hasLimit(_ limit: Word) -> Diagnostic {
    notTakenOver(ImportRefusal.limit(limit))
  }

  static func tooEntangled(_ rule: IPFWRule, limit: Int) -> Diagnostic {
    notTakenOver(
      "with what this rule asks and leads to, the rules would become more than \(limit), or stand too deep",
      at: rule.range)
  }

  static func tooEntangled(at range: Range<Int>) -> Diagnostic {
    notTakenOver(
      "with its lists and the chains that it leads to, the rules would become too many, or stand too deep", at: range)
  }

  static func badJump(_ chain: String, isLoop: Bool, at range: Range<Int>) -> Diagnostic {
    notTakenOver(isLoop ? "chain \(chain.quoted) leads back to itself" : "there is no chain \(chain.quoted)", at: range)
  }

  static func cutOff(missing end: String, at range: Range<Int>) -> Diagnostic {
    notTakenOver("the file ends without \(end): it was cut off", at: range)
  }

  static func tooMuch(_ cause: Diagnostic?) -> Diagnostic {
    notTakenOver("the rules do not fit into a document: \(cause?.message ?? "it has errors")", at: 0..<0)
  }

  static func notText(at offset: Int) -> Diagnostic {
    Diagnostic(.notFirewallRules, at: Place(range: offset..<offset + 1), "a NUL byte: this is no text")
  }

  static func fileTooLong(limit: Int) -> Diagnostic {
    Diagnostic(.notFirewallRules, at: Place(range: 0..<0), "the file has more than \(limit >> 20) MiB")
  }

  static func noRules(of firewall: String) -> Diagnostic {
    Diagnostic(.notFirewallRules, at: Place(range: 0..<0), "there are no rules of \(firewall) in this file")
  }

  // MARK: What is not quite the same

  private static func differs(
    _ severity: Severity, _ range: Range<Int>, _ message: String, hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(.takenOverDifferently, severity, at: Place(range: range), message, hint: hint)
  }

  static func notAFirewallCommand(_ word: Word) -> Diagnostic {
    differs(.note, word.range, "\(word.text.quoted) is no command of ipfw: left out")
  }

  static func nothingRunsBehind(_ exit: Word) -> Diagnostic {
    differs(.note, exit.range, "the script ends here: what stands behind is left out")
  }

  static func mayMakeRules(_ word: Word, _ range: Range<Int>) -> Diagnostic {
    differs(.warning, range, "\(word.text.quoted) is no command of ipfw: what rules it makes is not known here")
  }

  static func notRead(_ file: Word) -> Diagnostic {
    differs(.warning, file.range, "\(file.text.quoted) is not read: what it sets or adds is not known here")
  }

  static func dynamicRules(_ words: [Word]) -> Diagnostic {
    differs(.note, words.range, "dynamic rules are left out: connections become known as their packets come")
  }

  static func setIsOff(_ rule: IPFWRule) -> Diagnostic {
    differs(
      .note, rule.range, "rule \(rule.numberText) is of a set that is switched off, and stands in the document so")
  }

  static func matchesNothing(_ rule: IPFWRule) -> Diagnostic {
    differs(.note, rule.range, "no packet fits all that rule \(rule.numberText) asks: it is not in the document")
  }

  static func answersDiffer(_ word: Word) -> Diagnostic {
    differs(
      .note, word.range, "senders of TCP get a reset, of UDP 'port unreachable', others 'administratively prohibited'")
  }

  static func fragmentsAreKnown(_ word: Word) -> Diagnostic {
    differs(.note, word.range, "fragments are not put together, but later ones have the ports of their first")
  }

  static func asksForNoState(_ rule: IPFWRule) -> Diagnostic {
    differs(.note, rule.range, "no rule keeps state: rule \(rule.numberText) is not in the document")
  }

  static func limitIsNotKept(_ word: Word) -> Diagnostic {
    differs(.warning, word.range, "the number of connections is not limited; their state is kept")
  }

  static func isNotReached(_ rule: String, at range: Range<Int>) -> Diagnostic {
    differs(.note, range, "no packet comes to \(rule): it is not in the document")
  }

  static func goesBack(_ rule: IPFWRule) -> Diagnostic {
    differs(.warning, rule.range, "ipfw never goes back: it goes on with the next number, and so does the document")
  }

  static func defaultIsAssumed(_ action: String, at range: Range<Int>) -> Diagnostic {
    differs(
      .warning, range, "what becomes of packets that no rule is for is not in the file: \(action), as ipfw does",
      hint: "--default allow or --default deny says it")
  }

  static func anyRuleMakesKnown(_ rule: IPFWRule) -> Diagnostic {
    differs(
      .note, rule.range,
      "a connection is known whichever rule let its packets through, also one that keeps no state")
  }

  static func ownAddressesAssumed(_ addresses: String, at word: Word) -> Diagnostic {
    differs(.note, word.range, "'\(word.text)' is taken as \(addresses)", hint: "--me ADDRESS says otherwise")
  }

  static func broadcastsOfNets(_ word: Word) -> Diagnostic {
    differs(.warning, word.range, "of broadcast addresses, only 255.255.255.255 is known here; none of a net is")
  }

  static func interfaceOfAddress(_ word: Word) -> Diagnostic {
    differs(.warning, word.range, "which interface an address belongs to is not asked here")
  }

  static func helperIsNotSet(_ helper: Word) -> Diagnostic {
    differs(.note, helper.range, "helper \(helper.text.quoted) is left out: docs/FTP.md tells what is read here")
  }

  static func logsMore(_ limit: Word) -> Diagnostic {
    differs(.warning, limit.range, "how much is logged is not limited")
  }

  static func answersMore(_ limit: Word) -> Diagnostic {
    differs(.warning, limit.range, "how many are told of what is dropped is not limited as there")
  }

  static func dropsMore(at range: Range<Int>) -> Diagnostic {
    differs(
      .warning, range, "what rules before this would have let through, but that are not taken over, is dropped here")
  }

  static func otherTable(_ name: String, _ range: Range<Int>) -> Diagnostic {
    differs(.warning, range, "table \(name.quoted) is left out: only filters are taken over")
  }

  static func otherHook(_ name: String, at range: Range<Int>) -> Diagnostic {
    differs(.warning, range, "chain for \(name.quoted) is left out: only what comes in and goes out is taken over")
  }

  static func otherFamilyPasses(_ family: String, at range: Range<Int>) -> Diagnostic {
    differs(
      .warning, range, "IPv\(family) passes: these rules did not see it",
      hint: family == "6" ? "--ipv6-file FILE takes its rules over" : nil)
  }

  static func forwards(at range: Range<Int>) -> Diagnostic { otherHook("FORWARD", at: range) }

  static func tracksDifferently(at range: Range<Int>) -> Diagnostic {
    differs(
      .note, range,
      "a connection is established here from its second packet on, whichever direction that has; one that another has announced, from its first"
    )
  }
}
