public import SentryRules

/// The rules of a document in the manner of `ipfw show`: number, packets, bytes, rule. A line for each rule that does something;
/// what stands above it is part of what it asks.
///
/// Behind a rule stand our number and name. A rule that asks something that ipfw has no words for would be for more packets
/// without it; so its line is a comment, `# INCOMPLETE …`, with what it asks at the end. Rules that send packets elsewhere become
/// `skipto`, so they lead to the right line. Numbers of lines are our own, those of a listing for ipfw: from 100 on.
public struct IPFWListing {
  /// What a rule has counted.
  public struct Counts: Sendable {
    public var packets: UInt64
    public var bytes: UInt64

    public init(packets: UInt64, bytes: UInt64) {
      self.packets = packets
      self.bytes = bytes
    }
  }

  private struct Line {
    /// In document order; `nil` for the last line.
    var rule: Int?
    var action: String
    /// The instruction that it skips to, in place of an action.
    var skipsTo: Int?
    var match: IPFWPhrase
    var remarks: [String]
  }

  /// Before a rule that says only a part of what is asked.
  static let incompleteMark = "# INCOMPLETE"
  private static let lastNumber = 65_535

  private let ruleSet: RuleSet
  private let program: Program
  private var lines: [Line] = []
  /// By instruction: the first line that is for it or anything after it.
  private var firstLines: [Int]
  private var path: [IPFWPhrase] = []

  private init(_ ruleSet: RuleSet) {
    self.ruleSet = ruleSet
    program = ruleSet.program()
    firstLines = Array(repeating: 0, count: program.instructions.count + 1)
    addLines(of: 0..<program.instructions.count)
    firstLines[program.instructions.count] = lines.count
    lines.append(Line(rule: nil, action: "allow", match: IPFWPhrase(), remarks: ["the end of the rules"]))
  }

  /// - Parameter counts: by the rules' places in document order; `nil` for a listing without.
  /// - Returns: lines, each with its end.
  public static func text(of ruleSet: RuleSet, counts: [Counts]?) -> String {
    let listing = IPFWListing(ruleSet)
    return listing.lines.indices.map { listing.text(ofLine: $0, counts) + "\n" }.joined()
  }

  // MARK: Lines

  private mutating func addLines(of instructions: Range<Int>) {
    var next = instructions.lowerBound
    while next < instructions.upperBound {
      addLines(of: next)
      next = Int(program.instructions[next].afterSubtree)
    }
  }

  /// Of an instruction and all below it.
  private mutating func addLines(of place: Int) {
    firstLines[place] = lines.count
    let instruction = program.instructions[place]
    let below = place + 1..<Int(instruction.afterSubtree)
    path.append(IPFWPhrase(instruction, of: program, rule: ruleSet.rules[Int(instruction.rule)]))
    defer { path.removeLast() }
    if instruction.operation.isTerminating {
      // Rules below one that ends the walk are asked before it does.
      let isSilent = below.count == 1 && program.instructions[below.lowerBound].operation == .dontLog
      if isSilent { firstLines[below.lowerBound] = lines.count } else { addLines(of: below) }
      addLine(of: place, isSilent: isSilent)
    } else {
      let steers = [.next, .group].contains(instruction.operation)
      if !steers || below.isEmpty { addLine(of: place, isSilent: false) }
      addLines(of: below)
    }
  }

  private mutating func addLine(of place: Int, isSilent: Bool) {
    let instruction = program.instructions[place]
    let rule = ruleSet.rules[Int(instruction.rule)]
    let match = path.reduce(into: IPFWPhrase()) { $0.add($1) }
    var (action, remark) = Self.action(of: rule, isSilent: isSilent, isTCP: match.isTCP)
    if instruction.observation != .none { (action, remark) = ("count", "only observed: \(rule.action.name)") }
    let skipsTo = [.skip, .exitGroup].contains(instruction.operation) ? Int(instruction.afterMatch) : nil
    let asks = match.unsaid.map { "if \($0)" }
    lines.append(
      Line(
        rule: Int(instruction.rule), action: action, skipsTo: skipsTo, match: match,
        remarks: [remark].compactMap(\.self) + asks))
  }

  /// ipfw's word, and ours where that says more.
  private static func action(of rule: Rule, isSilent: Bool, isTCP: Bool) -> (String, remark: String?) {
    let log = isSilent ? "" : " log"
    switch rule.action.operation {
    case .pass: return ("allow", nil)
    case .delete: return ("deny\(log)", nil)
    case .deleteWithoutLog: return ("deny", nil)
    // Senders of TCP get a reset, which ipfw's `reject` has not.
    case .reject: return ("\(isTCP ? "reset" : "reject")\(log)", nil)
    case .dropConnection: return ("reset\(log)", rule.action.name)
    case .trigger: return ("deny\(log)", rule.action.name)
    case .delay: return ("allow", rule.action.name)
    case .routeTo: return ("fwd \(rule.parameter)", nil)
    case .log: return ("count log", nil)
    case .next, .group, .skip, .exitGroup: return ("count", nil)
    default: return ("count", [rule.action.name, rule.parameter].filter { !$0.isEmpty }.joined(separator: " "))
    }
  }

  // MARK: Text

  private func number(ofLine line: Int) -> Int {
    let step = max(1, min(100, (Self.lastNumber - 1) / max(1, lines.count)))
    return line >= lines.count - 1 ? Self.lastNumber : min(Self.lastNumber - 1, (line + 1) * step)
  }

  private func text(ofLine index: Int, _ counts: [Counts]?) -> String {
    let line = lines[index]
    var words = [Self.padded("\(number(ofLine: index))", to: 5, with: "0")]
    if !line.match.unsaid.isEmpty { words.insert(Self.incompleteMark, at: 0) }
    if let counts {
      let counted = line.rule.flatMap { counts.indices.contains($0) ? counts[$0] : nil }
      words.append(Self.padded("\(counted?.packets ?? 0)", to: 10, with: " "))
      words.append(Self.padded("\(counted?.bytes ?? 0)", to: 14, with: " "))
    }
    words.append(line.skipsTo.map { "skipto \(number(ofLine: firstLines[$0]))" } ?? line.action)
    words.append(line.match.text)
    let rule = line.rule.map { ruleSet.rules[$0] }
    let name = [rule?.number ?? "", Self.nameProper(rule?.name ?? "")].filter { !$0.isEmpty }.joined(separator: " ")
    let comment = ([name].filter { !$0.isEmpty } + line.remarks).joined(separator: "; ")
    return (words + ["//", VisibleComment.text(comment)]).joined(separator: " ")
  }

  /// Without what stood behind the rule in a listing that it comes from, lest names grow with each.
  private static func nameProper(_ name: String) -> String {
    name.firstRange(of: " //").map { String(name[..<$0.lowerBound]) } ?? name
  }

  private static func padded(_ text: String, to width: Int, with filling: Character) -> String {
    String(repeating: filling, count: max(0, width - text.count)) + text
  }
}

/// Names come from documents, and go into one line.
private enum VisibleComment {
  static func text(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
  }
}
