internal import SentryDiagnostics
internal import SentryPacket

/// Reads one rule: `allow log tcp from any to me 22 in setup keep-state`.
struct IPFWRuleParser {
  let words: [Word]
  var position = 0
  private let number: Int
  let options: ImportOptions
  let tables: [String: [AddressRange]]
  var stateName: String?
  private var isLogged = false
  var findings: [Diagnostic] = []
  /// The first word that means this host.
  var ownAddressWord: Word?

  init(_ words: [Word], number: Int, options: ImportOptions, tables: [String: [AddressRange]]) {
    self.words = Self.joined(words)
    self.number = number
    self.options = options
    self.tables = tables
  }

  mutating func rule() throws(ImportRefusal) -> IPFWRule {
    let action = try action()
    try readLog()
    var clauses = try endpoints()
    while let word = peek, word.text != "//" { clauses += try option() }
    clauses = clauses.filter { !$0.isAlways }
    try ImportRefusal.checkPorts(clauses, at: words.range)
    if stateName != nil, !action.mayKeepState {
      throw ImportRefusal("only rules that allow or skip can keep state here", at: words.range)
    }
    return IPFWRule(
      number: number, text: words.text, range: words.range, action: action, isLogged: isLogged, clauses: clauses,
      stateName: stateName)
  }

  // MARK: Words

  /// Behind a comma, a list goes on (`ipfw_main` skips blanks there).
  private static func joined(_ words: [Word]) -> [Word] {
    let end = words.firstIndex { $0.text == "//" } ?? words.endIndex
    var joined: [Word] = []
    for word in words[..<end] {
      guard let last = joined.last, last.text.hasSuffix(","), last.refusal == nil else {
        joined.append(word)
        continue
      }
      joined[joined.count - 1] = Word(
        text: last.text + word.text, range: [last, word].range, refusal: word.refusal)
    }
    return joined + words[end...]
  }

  var peek: Word? { position < words.count ? words[position] : nil }

  func isNext(_ text: String) -> Bool { peek?.text == text }

  /// Takes the next word if it is this one.
  mutating func take(_ text: String) -> Bool {
    guard isNext(text) else { return false }
    position += 1
    return true
  }

  mutating func next(_ what: String) throws(ImportRefusal) -> Word {
    guard let word = peek else {
      throw ImportRefusal("expected \(what) at the end of the rule", at: words.last?.range ?? words.range)
    }
    position += 1
    return word
  }

  // MARK: Actions

  private mutating func action() throws(ImportRefusal) -> IPFWRule.Action {
    let word = try next("an action such as allow or deny")
    switch word.text {
    case "allow", "accept", "pass", "permit": return .allow
    case "deny", "drop": return .deny
    case "reject":
      findings.append(.answersDiffer(word))
      return .reject
    case "unreach", "unreach6":
      _ = try next("what is unreachable, such as host or port")
      findings.append(.answersDiffer(word))
      return .reject
    case "reset", "reset6": return .reset
    case "count": return .count
    case "reass":
      findings.append(.fragmentsAreKnown(word))
      return .count
    case "check-state":
      let name = takeStateName()
      return .checkState(name: name == "any" ? nil : name)
    case "skipto":
      let target = try next("the number of a rule")
      guard let number = Int(target.text) else {
        throw ImportRefusal("expected the number of a rule to go to, found \(target.text.quoted)", at: target)
      }
      return .skip(to: number)
    case "fwd", "forward": return .forward(try nextHop())
    case "divert", "tee", "nat":
      throw ImportRefusal(
        "'\(word.text)' hands packets to a program or to address translation, which sentry has not", at: word)
    case "pipe", "queue":
      throw ImportRefusal("'\(word.text)' shapes traffic; see 'Rate limit' in docs/Actions.md", at: word)
    default: throw ImportRefusal("\(word.text.quoted) is no action that can be taken over", at: word)
    }
  }

  private mutating func nextHop() throws(ImportRefusal) -> IPAddress {
    let word = try next("an address")
    guard let address = IPAddress(word.text), !address.isLoopback else {
      throw ImportRefusal(
        "packets can be sent on to a next hop only: an address without a port, not \(word.text.quoted)", at: word)
    }
    return address
  }

  mutating func readLog() throws(ImportRefusal) {
    guard take("log") else { return }
    isLogged = true
    if take("logamount") { _ = try next("a number") }
  }
}

extension IPFWRule.Action {
  fileprivate var mayKeepState: Bool {
    switch self {
    case .allow, .skip: true
    default: false
    }
  }
}
