public import SentryDiagnostics

extension ImportedRules {
  /// Reads what `iptables-save` prints, or `ip6tables-save`. Packets of the other family pass.
  ///
  /// - Parameter isIPv6: of `ip6tables-save`.
  public init(iptablesSave bytes: [UInt8], isIPv6: Bool, fileName: String, options: ImportOptions) {
    self.init(bytes, fileName: fileName, options) { source, findings in
      let nodes = Self.nodes(ofIptables: source, isIPv6: isIPv6, options, &findings)
      guard !nodes.isEmpty else { return [] }
      findings.append(.otherFamilyPasses(isIPv6 ? "4" : "6", at: 0..<0))
      return [RuleNode.passing(isIPv6: !isIPv6)] + nodes
    }
  }

  /// Makes one document of what `iptables-save` and `ip6tables-save` print.
  ///
  /// - Returns: that document twice, each time with what was found in one of the files; without, where a file has no rules.
  public static func ofBothFamilies(
    iptablesSave ipv4: SourceText, ip6tablesSave ipv6: SourceText, options: ImportOptions
  ) -> (ipv4: ImportedRules, ipv6: ImportedRules) {
    var (findings, findingsOfIPv6): ([Diagnostic], [Diagnostic]) = ([], [])
    let four = nodes(of: ipv4, &findings) { nodes(ofIptables: $0, isIPv6: false, options, &$1) }
    let six = nodes(of: ipv6, &findingsOfIPv6) { nodes(ofIptables: $0, isIPv6: true, options, &$1) }
    let families = [(four, false), (six, true)].filter { !$0.0.isEmpty }.map { RuleNode.family(isIPv6: $1, $0) }
    let ruleSet = ruleSet(of: families, options, &findings)
    return (
      ImportedRules(ipv4, findings: findings, four.isEmpty ? nil : ruleSet),
      ImportedRules(ipv6, findings: findingsOfIPv6, six.isEmpty ? nil : ruleSet)
    )
  }

  private static func nodes(
    ofIptables source: SourceText, isIPv6: Bool, _ options: ImportOptions, _ findings: inout [Diagnostic]
  ) -> [RuleNode] {
    var reader = IptablesReader(source, isIPv6: isIPv6, options)
    let nodes = reader.nodes()
    findings += reader.findings
    return nodes
  }
}

extension RuleNode {
  /// For rules of a firewall that judged the other family alone.
  static func passing(isIPv6: Bool) -> RuleNode {
    var node = RuleNode("IPv\(isIPv6 ? 6 : 4), which these rules did not see", .pass)
    node.test = PacketTest(.ipVersion, isIPv6 ? "6" : "4")
    return node
  }

  /// Rules for one family.
  fileprivate static func family(isIPv6: Bool, _ nodes: [RuleNode]) -> RuleNode {
    var node = RuleNode("IPv\(isIPv6 ? 6 : 4)", .next, nodes)
    node.test = PacketTest(.ipVersion, isIPv6 ? "6" : "4")
    return node
  }
}

/// Reads the table `filter`, line by line.
struct IptablesReader {
  private let source: SourceText
  private let isIPv6: Bool
  private let options: ImportOptions
  private var base = BaseChains()
  private var policies: [String: FilterChain.Policy] = [:]
  private var table = ""
  /// A table `filter` that has not ended.
  private var isOpen = false
  /// The chain of the last rule.
  private var last: String?
  /// Those that it was said of that they are left out.
  private var otherTables: Set<String> = []
  private(set) var findings: [Diagnostic] = []

  init(_ source: SourceText, isIPv6: Bool, _ options: ImportOptions) {
    self.source = source
    self.isIPv6 = isIPv6
    self.options = options
    var start = 0
    for line in source.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      read(QuotedWords.words(of: line), at: start)
      start += line.count + 1
    }
    if isOpen { cutOff(isInLine: source.bytes.last != UInt8(ascii: "\n")) }
  }

  /// What it ends with was perhaps not all of it.
  private mutating func cutOff(isInLine: Bool) {
    let end = source.bytes.count
    findings.append(.cutOff(missing: "COMMIT", at: max(0, end - 1)..<end))
    guard isInLine, let last, let count = base.chains[last]?.rules.count, count > 0 else { return }
    base.chains[last]?.rules[count - 1].actions = [.none]
  }

  mutating func nodes() -> [RuleNode] {
    guard let input = base.chains["INPUT"] ?? base.chains["OUTPUT"] else {
      findings.append(.noRules(of: "iptables-save"))
      return []
    }
    let family: PacketTest? = nil
    for (name, keyPath) in [("INPUT", \BaseChains.inbound), ("OUTPUT", \BaseChains.outbound)] {
      guard let chain = base.chains[name] else { continue }
      base[keyPath: keyPath] = [BaseChains.Base(chain: chain, policy: policies[name] ?? .accept, family: family)]
    }
    if let forward = base.chains["FORWARD"], !forward.rules.isEmpty {
      findings.append(.forwards(at: forward.rules[0].range))
    }
    if base.seesNoLaterFragments { findings.append(.tracksDifferently(at: input.range)) }
    return base.nodes(&findings)
  }

  private mutating func read(_ words: [Word], at start: Int) {
    var words = words[...]
    guard let first = words.first, !first.text.hasPrefix("#") else { return }
    if first.text.hasPrefix("*") {
      table = String(first.text.dropFirst())
      isOpen = isOpen || table == "filter"
      return
    }
    if first.text == "COMMIT" { return isOpen = false }
    guard table == "filter" else {
      if first.text == "-A", otherTables.insert(table).inserted {
        findings.append(.otherTable(table, Array(words).range))
      }
      return
    }
    if first.text.hasPrefix(":") { return declare(Array(words)) }
    // Counters: [12:3456].
    if first.text.hasPrefix("[") { words.removeFirst() }
    guard words.first?.text == "-A", words.count >= 2 else {
      return findings.append(
        .notTakenOver("expected a rule, -A CHAIN …, found \(first.text.quoted)", at: Array(words).range))
    }
    words.removeFirst()
    let chain = words.removeFirst()
    add(Array(words), to: chain)
  }

  /// `:INPUT DROP [0:0]`.
  private mutating func declare(_ words: [Word]) {
    let name = String(words[0].text.dropFirst())
    base.chains[name] = FilterChain(name: name, range: words.range)
    switch words.dropFirst().first?.text {
    case "ACCEPT": policies[name] = .accept
    case "DROP": policies[name] = .drop
    case "-", nil: break
    default:
      findings.append(.notTakenOver("a policy is ACCEPT or DROP, not \(words[1].text.quoted)", at: words[1].range))
    }
  }

  private mutating func add(_ words: [Word], to name: Word) {
    var rule = FilterChain.Rule(text: words.text, range: words.isEmpty ? name.range : words.range)
    var parser = IptablesRuleParser(words, isIPv6: isIPv6, options)
    var findings: [Diagnostic] = []
    do throws(ImportRefusal) {
      try parser.read()
      rule.clauses = parser.clauses
      rule.actions = [parser.action]
      rule.limit = parser.limit
      findings = parser.findings
      if parser.tracksConnections { base.seesNoLaterFragments = true }
    } catch {
      findings = [.notTakenOver(error)]
      rule.actions = [.none]
    }
    // In its place: a chain may have thousands of rules.
    base.chains[name.text, default: FilterChain(name: name.text, range: name.range)].add(rule, findings)
    last = name.text
  }
}

extension FilterChain {
  fileprivate mutating func add(_ rule: Rule, _ findings: [Diagnostic]) {
    rules.append(rule)
    self.findings += findings
  }
}

/// Words between blanks; a quoted one may hold some.
enum QuotedWords {
  static func words(of line: ArraySlice<UInt8>) -> [Word] {
    var words: [Word] = []
    var text: [UInt8] = []
    var start: Int?
    var isQuoted = false
    var position = line.startIndex
    func isBlank(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
    while position < line.endIndex {
      let byte = line[position]
      if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
        start = start ?? position
      } else if byte == UInt8(ascii: "\\"), isQuoted, position + 1 < line.endIndex {
        position += 1
        text.append(line[position])
      } else if isBlank(byte), !isQuoted {
        if let begin = start {
          words.append(Word(text: String(decoding: text, as: UTF8.self), range: begin..<position))
        }
        (start, text) = (nil, [])
      } else {
        start = start ?? position
        text.append(byte)
      }
      position += 1
    }
    if let begin = start { words.append(Word(text: String(decoding: text, as: UTF8.self), range: begin..<position)) }
    return words
  }
}
