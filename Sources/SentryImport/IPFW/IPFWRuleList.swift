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
  /// The word that began what only a shell can run: `if`, `for`, `while`, `case`, a function.
  private var openBlocks: [Word] = []

  init(_ commands: [IPFWCommand], _ options: ImportOptions, _ findings: inout [Diagnostic]) {
    self.options = options
    readTables(commands)
    for command in commands { carryOut(command, &findings) }
    // Rules of one number stay in the order in which they came.
    rules = rules.enumerated().sorted { ($0.element.number, $0.offset) < ($1.element.number, $1.offset) }.map(\.element)
  }

  private mutating func carryOut(_ command: IPFWCommand, _ findings: inout [Diagnostic]) {
    guard let first = command.words.first else { return }
    let isInside = !openBlocks.isEmpty
    let isBlock = follow(command.words)
    guard let words = Self.firewallWords(of: command.words) else {
      if !isBlock, !isInside { findings.append(.notAFirewallCommand(first)) }
      return
    }
    if isInside || command.isConditional {
      return findings.append(.conditional(words, on: openBlocks.last))
    }
    do {
      try run(words, isListing: words.count == command.words.count && first.text.first?.isNumber == true, &findings)
    } catch {
      findings.append(.notTakenOver(error))
    }
  }

  // MARK: What only a shell can run

  private static let openings: Set<String> = ["if", "for", "while", "until", "case"]
  private static let closings: Set<String> = ["fi", "done", "esac", "}"]

  /// Keeps track of blocks.
  ///
  /// - Returns: whether the words are the shell's own.
  private mutating func follow(_ words: [Word]) -> Bool {
    guard let first = words.first else { return false }
    if Self.openings.contains(first.text) || first.text.hasSuffix("()") || words.dropFirst().first?.text == "()" {
      openBlocks.append(first)
      return true
    }
    if Self.closings.contains(first.text) {
      _ = openBlocks.popLast()
      return true
    }
    return ["then", "else", "elif", "do", "{", ";;"].contains(first.text)
  }

  /// What follows `ipfw` and its options, or a line of what `ipfw FILE` reads, or of a listing; `nil` for other commands.
  private static func firewallWords(of words: [Word]) -> [Word]? {
    var words = words[...]
    while let first = words.first, ["then", "else", "do", "sudo"].contains(first.text) { words.removeFirst() }
    guard let first = words.first?.text else { return nil }
    if first == "ipfw" || first.hasSuffix("/ipfw") {
      words.removeFirst()
      while words.first?.text.hasPrefix("-") == true { words.removeFirst() }
      return withoutRedirections(words)
    }
    let isCommand =
      ["add", "delete", "flush", "zero", "resetlog", "table", "pipe", "queue", "nat", "set"].contains(first)
      || first.first?.isNumber == true
    return isCommand ? withoutRedirections(words) : nil
  }

  /// Without `> file` and `2>&1`.
  private static func withoutRedirections(_ words: ArraySlice<Word>) -> [Word] {
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

  // MARK: Commands

  private mutating func run(
    _ words: [Word], isListing: Bool, _ findings: inout [Diagnostic]
  ) throws(ImportRefusal) {
    guard let first = words.first else { return }
    if isListing { return try list(words, &findings) }
    switch first.text {
    case "add": try add(Array(words.dropFirst()), &findings)
    case "delete": try delete(words)
    case "flush": (rules, highestNumber) = ([], 0)
    case "table", "zero", "resetlog", "enable", "list", "show": return
    case "set" where ["enable", "show", "move", "swap"].contains(words.dropFirst().first?.text): return
    default: throw ImportRefusal("'\(first.text)' has no counterpart here", at: words.range)
    }
  }

  /// A line of `ipfw list` or `ipfw show`: number, perhaps packets and bytes, perhaps the time of the last match, rule.
  private mutating func list(_ words: [Word], _ findings: inout [Diagnostic]) throws(ImportRefusal) {
    // A dynamic rule: what the listing's moment was, not what its rules are.
    if words.contains(where: { $0.text == "<->" }) { return }
    var rest = words.dropFirst()
    while let word = rest.first, UInt64(word.text) != nil { rest.removeFirst() }
    if let day = rest.first?.text, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(day) {
      rest = rest.dropFirst(5)
    }
    try add([words[0]] + rest, &findings)
  }

  private mutating func add(_ words: [Word], _ findings: inout [Diagnostic]) throws(ImportRefusal) {
    var words = words[...]
    var number = min(highestNumber + Self.step, Self.lastNumber - 1)
    if let first = words.first, first.text.first?.isNumber == true {
      guard let given = Int(first.text), (0...Self.lastNumber).contains(given) else {
        throw ImportRefusal("a rule's number is from 1 to 65535, not '\(first.text)'", at: first)
      }
      if given > 0 { number = given }
      words.removeFirst()
    }
    if number < Self.lastNumber { highestNumber = max(highestNumber, number) }
    if words.first?.text == "set" { words = words.dropFirst(2) }
    var parser = IPFWRuleParser(Array(words), number: number, options: options, tables: tables)
    do throws(ImportRefusal) {
      rules.append(try parser.rule())
      findings += parser.findings
      ownAddressWord = ownAddressWord ?? parser.ownAddressWord
    } catch {
      rules.append(IPFWRule(number: number, text: Array(words).text, range: Array(words).range, action: .none))
      throw error
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
      guard let words = Self.firewallWords(of: command.words)?.map(\.text), words.count > 2, words[0] == "table" else {
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
