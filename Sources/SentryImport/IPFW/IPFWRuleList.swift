internal import SentryDiagnostics
internal import SentryPacket

/// The rules that the commands of a file leave behind, in the order of their numbers.
struct IPFWRuleList {
  static let lastNumber = 65_535
  /// How far apart ipfw numbers rules that have none.
  private static let step = 100

  private(set) var rules: [IPFWRule] = []
  /// The first word that means this host.
  private(set) var ownAddressWord: Word?
  /// Of all rules so far but the last, which ipfw has by itself.
  private var highestNumber = 0
  private var tables: [String: [AddressRange]] = [:]
  private let options: ImportOptions
  private var disabledSets: Set<Int> = []
  private var hasDynamicRules = false

  init(_ commands: [IPFWCommand], _ options: ImportOptions, _ findings: inout [Diagnostic]) {
    self.options = options
    readTables(commands)
    for command in commands { carryOut(command, &findings) }
    switchOff(&findings)
    // Rules of one number stay in the order in which they came.
    rules = rules.enumerated().sorted { ($0.element.number, $0.offset) < ($1.element.number, $1.offset) }.map(\.element)
  }

  private mutating func carryOut(_ command: IPFWCommand, _ findings: inout [Diagnostic]) {
    let words = IPFWWords.ofFirewall(command)
    if let refusal = command.refusal ?? words?.lazy.compactMap(\.refusal).first {
      return setAside(words ?? [], .notTakenOver(refusal), &findings)
    }
    guard let words else {
      if let rule = IPFWWords.ruleOfOther(command) { return setAside(rule, .addedByOther(command.words), &findings) }
      findings += [IPFWWords.finding(about: command)].compactMap(\.self)
      return
    }
    if let block = command.block { return setAside(words, .conditional(words, on: block), &findings) }
    if command.isConditional { return setAside(words, .conditional(words, on: nil), &findings) }
    do {
      try run(words, command, &findings)
    } catch {
      findings.append(.notTakenOver(error))
    }
  }

  /// Says why a command is not carried out. A rule that it would have added stands in its place, switched off.
  private mutating func setAside(_ words: [Word], _ finding: Diagnostic, _ findings: inout [Diagnostic]) {
    findings.append(finding)
    let isListed = words.first?.text.first?.isNumber == true
    guard isListed || words.first?.text == "add" else { return }
    var rest = (isListed ? words : Array(words.dropFirst()))[...]
    let number = takeNumber(&rest, orElse: highestNumber)
    rules.append(IPFWRule(number: number, text: Array(rest).text, range: words.range, action: .none))
  }

  // MARK: Commands

  private mutating func run(
    _ words: [Word], _ command: IPFWCommand, _ findings: inout [Diagnostic]
  ) throws(ImportRefusal) {
    guard let first = words.first else { return }
    if command.isListing { return try list(words, isDisabled: command.isDisabled, &findings) }
    switch first.text {
    case "add": try add(Array(words.dropFirst()), &findings)
    case "delete": try delete(words)
    case "flush": (rules, highestNumber) = ([], 0)
    case "table", "zero", "resetlog", "enable", "list", "show": return
    case "set" where ["enable", "disable"].contains(words.dropFirst().first?.text): switchSets(words.dropFirst())
    case "set" where words.dropFirst().first?.text == "show": return
    default: throw ImportRefusal("'\(first.text)' has no counterpart here", at: words.range)
    }
  }

  /// A line of `ipfw list` or `ipfw show`: number, perhaps packets and bytes, perhaps the time of the last match, rule.
  private mutating func list(
    _ words: [Word], isDisabled: Bool, _ findings: inout [Diagnostic]
  ) throws(ImportRefusal) {
    if words.contains(where: { $0.text == "<->" }) {
      if !hasDynamicRules { findings.append(.dynamicRules(words)) }
      hasDynamicRules = true
      return
    }
    var rest = words.dropFirst()
    while let word = rest.first, UInt64(word.text) != nil { rest.removeFirst() }
    if let day = rest.first?.text, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(day) {
      rest = rest.dropFirst(5)
    }
    try add([words[0]] + rest, isDisabled: isDisabled, &findings)
  }

  private mutating func add(
    _ words: [Word], isDisabled: Bool = false, _ findings: inout [Diagnostic]
  ) throws(ImportRefusal) {
    var rest = words[...]
    let following = min(highestNumber + Self.step, Self.lastNumber - 1)
    if let first = rest.first, first.text.first?.isNumber == true, Int(first.text).map(Self.numbers.contains) != true {
      throw ImportRefusal("a rule's number is from 1 to 65535, not '\(first.text)'", at: first)
    }
    let number = takeNumber(&rest, orElse: following)
    if number < Self.lastNumber { highestNumber = max(highestNumber, number) }
    let set = takeSet(&rest)
    let words = Array(rest)
    var parser = IPFWRuleParser(words, number: number, options: options, tables: tables)
    do throws(ImportRefusal) {
      var rule = try parser.rule()
      rule.set = set
      findings += parser.findings
      if !Branch.isPossible(rule.clauses) { findings.append(.matchesNothing(rule)) }
      ownAddressWord = ownAddressWord ?? parser.ownAddressWord
      rule.isOff = isDisabled
      rules.append(rule)
    } catch {
      rules.append(IPFWRule(number: number, text: words.text, range: words.range, action: .none))
      throw error
    }
  }

  private static let numbers = 0...lastNumber

  /// Takes the number that a rule begins with; 0 is none.
  private func takeNumber(_ words: inout ArraySlice<Word>, orElse other: Int) -> Int {
    guard let first = words.first, let number = Int(first.text), Self.numbers.contains(number) else { return other }
    words.removeFirst()
    return number > 0 ? number : other
  }

  // MARK: Sets

  private func takeSet(_ words: inout ArraySlice<Word>) -> Int {
    guard words.first?.text == "set", let set = words.dropFirst().first.flatMap({ Int($0.text) }) else { return 0 }
    words = words.dropFirst(2)
    return set
  }

  /// `disable 3 4 enable 5`
  private mutating func switchSets(_ words: ArraySlice<Word>) {
    var isDisabling = false
    for word in words {
      if word.text == "disable" || word.text == "enable" {
        isDisabling = word.text == "disable"
      } else if let set = Int(word.text) {
        if isDisabling { disabledSets.insert(set) } else { disabledSets.remove(set) }
      }
    }
  }

  /// What is switched off at the end of the file stands in the document switched off.
  private mutating func switchOff(_ findings: inout [Diagnostic]) {
    for place in rules.indices where rules[place].action != .none {
      guard rules[place].isOff || disabledSets.contains(rules[place].set) else { continue }
      findings.append(.setIsOff(rules[place]))
      rules[place].action = .none
    }
  }

  private mutating func delete(_ words: [Word]) throws(ImportRefusal) {
    for word in words.dropFirst() {
      guard let number = Int(word.text) else {
        throw ImportRefusal("expected the number of a rule, found \(word.text.quoted)", at: word)
      }
      rules.removeAll { $0.number == number }
    }
    highestNumber = rules.map(\.number).filter { $0 < Self.lastNumber }.max() ?? 0
  }

  // MARK: Tables

  /// Rules look into tables when packets come, so what a table holds at the end of the file counts.
  private mutating func readTables(_ commands: [IPFWCommand]) {
    for command in commands {
      guard let words = IPFWWords.ofFirewall(command)?.map(\.text), words.count > 2, words[0] == "table" else {
        continue
      }
      switch words[2] {
      case "flush", "destroy": tables[words[1]] = []
      case "create": tables[words[1], default: []] += []
      case "add":
        guard words.count > 3, let range = try? AddressRange(words[3]) else { continue }
        tables[words[1], default: []].append(range)
      default: continue
      }
    }
  }
}
