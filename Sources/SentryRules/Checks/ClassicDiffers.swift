internal import SentryDiagnostics
internal import SentryPacket

/// Values of documents of the classic program that did something else there (docs/Classic.md, "Differences").
enum ClassicDiffersCheck: Check {
  static let page = FindingPage(
    .classicDiffers, .note, "the classic program read this differently",
    meaning: """
      The document was written by the classic program, or has its numbers, and uses something that did not work there as \
      it was documented, or not as anybody would expect: prefixes of length 0, ranges over midnight, IP options, \
      interface names. Here it does what it says. Each kind of difference is told once, at the first rule that has it; \
      docs/Classic.md has them all.
      """,
    example: .text(
      """
      {
        SentryDocument_filterTable = { children = (
          { enabled = 1; propertyName = "Source net"; propertyValue = "0.0.0.0/0"; filterActionName = Log; }
        ); };
      }
      """),
    remedy: """
      Nothing, if the rule says what it should do. If you relied on what it really did, say that instead.
      """)

  static func look(at document: CheckedDocument, into findings: inout Findings) {
    guard document.ruleSet.isClassic else { return }
    var open = differences
    for (index, rule) in document.rules.enumerated() where !open.isEmpty {
      open.removeAll { difference in
        guard difference.concerns(rule, document) else { return false }
        findings.add(.classicDiffers(difference.words, at: document.place(of: index)))
        return true
      }
    }
  }

  /// One kind of difference.
  private struct Difference: Sendable {
    let words: String
    let concerns: @Sendable (Rule, CheckedDocument) -> Bool

    init(_ words: String, _ concerns: @escaping @Sendable (Rule, CheckedDocument) -> Bool) {
      self.words = words
      self.concerns = concerns
    }

    /// About the values of one property.
    init(_ property: String, _ words: String, _ concerns: @escaping @Sendable (String) -> Bool) {
      self.init(words) { rule, _ in rule.property.name == property && concerns(rule.value) }
    }
  }

  private static let differences: [Difference] = [
    Difference("a prefix of length 0 was the single address before it, not every address") { rule, _ in
      rule.isAboutNets && rule.value.number(after: "/") == 0
    },
    Difference("addresses were compared as signed numbers in some places, so that 128.0.0.0 came before 1.0.0.0") {
      rule, _ in rule.isAboutNets && rule.relation.needsOrder
    },
    Difference("IPv6 never reached the rules") { rule, _ in
      rule.isAboutNets && rule.value.contains(":")
    },
    Difference("IPFragmentOffset", "of a range of fragment offsets only the first number counted") {
      $0.contains("-")
    },
    Difference("IPOptions", "IP options were practically never found") { _ in true },
    Difference("TCPOptions", "TCP options were practically never found") { _ in true },
    Difference("of an interface's name seven characters counted, and it matched every name that begins with it") {
      rule, _ in rule.property == InterfaceProperty.self && !["external", "internal"].contains(rule.value)
    },
    Difference("Time of day", "a range over midnight never matched") { $0.isReversedRange },
    Difference("Time of day", "a single time was one second, not a minute") { !$0.contains("-") },
    Difference("Day of week", "days run from 0 to 6 only, and ranges did not wrap") {
      $0.isReversedRange || $0.contains("7")
    },
    Difference("URL keyword", "a Host header that begins in the first 64 bytes was missed") { _ in true },
    Difference("a search that failed moved the place that '[+' and '[-' count from back to the start") { rule, _ in
      rule.property == DataContentProperty.self && (rule.value.hasPrefix("[+") || rule.value.hasPrefix("[-"))
    },
    Difference("with 'a=A' some other characters counted as the same, such as '@' and '`'") { rule, _ in
      rule.relation == .equalIgnoringCase && rule.value.contains { "@[\\]^_`{|}~".contains($0) }
    },
    Difference("idle rules with '==' matched about eleven times in a row") { rule, document in
      rule.relation == .equal && document.reader.meaning(of: rule).isIdle
    },
    Difference("a rule that had never matched counted as idle since 1970, so that idle rules fired at once") {
      rule, document in rule.relation == .atLeast && document.reader.meaning(of: rule).isIdle
    },
    Difference("'<=' also matched packets that do not have the value at all") { rule, _ in
      rule.relation == .atMost && rule.property.precondition != nil
    },
    Difference("a rate had one decimal digit and a capital letter: '1.25M' was 1.2M, '64k' was 64") { rule, _ in
      if case .rate = rule.argument { !rule.parameter.isClassicRate } else { false }
    },
    Difference("'Dont log' also kept alerts, mails, URLs and scripts from being sent") { rule, _ in
      rule.action.operation == .dontLog
    },
    Difference("below a final action, Delay and Route to handled the packet a second time") { rule, document in
      [.delay, .routeTo].contains(rule.action.operation) && document.hasFinalAncestor(rule)
    },
    Difference("values were cut after about 90 characters") { rule, _ in rule.value.utf8.count > 90 },
    Difference("quotes and characters beyond ASCII in a value were lost when the rules were applied") { rule, _ in
      rule.value.utf8.contains { $0 >= 0x80 || $0 == UInt8(ascii: "\"") }
    },
    Difference("a rule set had room for 1000 rules") { rule, document in
      document.rules.count > 999 && rule.number == document.rules[999].number
    },
  ]
}

extension Rule {
  fileprivate var isAboutNets: Bool { property == SourceNetProperty.self || property == DestNetProperty.self }
}

extension CheckedDocument {
  fileprivate func hasFinalAncestor(_ rule: Rule) -> Bool {
    var parent = rule.parent
    while parent >= 0 {
      if rules[parent].action.operation.isTerminating { return true }
      parent = rules[parent].parent
    }
    return false
  }
}

extension String {
  /// The part that counts: without the remark.
  private var significant: Substring { (try? Substring(self).without(.atEnd)) ?? Substring(self) }

  fileprivate func number(after separator: Character) -> Int? {
    significant.halves(around: separator).flatMap { Int($0.1) }
  }

  /// `22:00-6:00`, `5-1`.
  fileprivate var isReversedRange: Bool {
    guard let (first, last) = significant.halves(around: "-") else { return false }
    let (start, end) = (first.minutes, last.minutes)
    return start > end
  }

  /// `1.5M`, `64K`, `64`: what the classic program understood.
  fileprivate var isClassicRate: Bool { significant.wholeMatch(of: /\d+(\.\d[KMG])?|\d+[KMG]/) != nil }
}

extension Substring {
  /// `h:mm` in minutes; a plain number as it is.
  fileprivate var minutes: Int {
    split(separator: ":").reduce(0) { total, part in total &* 60 &+ (Int(part) ?? 0) }
  }
}
