/// Rule documents in text as no person would write them: every layout, quotation and comment that the language allows,
/// drawn from a seed. They read without a finding of severity error.
public struct RandomDocument {
  /// The document.
  public private(set) var text = ""
  /// Its comments, in the order of the text, those with a rule's number left out.
  public private(set) var comments: [String] = []

  private var random: SplitMix64
  private let newline: String
  private let unit: String
  private let isMultiline: Bool
  private let hasNumbers: Bool
  private let commentRate: Int
  private var rulesLeft: Int

  private let hasEmptyLists: Bool

  /// - Parameter hasEmptyLists: rules may have an empty list of children.
  public init(seed: UInt64, hasEmptyLists: Bool = true) {
    self.hasEmptyLists = hasEmptyLists
    var random = SplitMix64(state: seed)
    newline = ["\n", "\n", "\r\n"].randomElement(using: &random) ?? "\n"
    unit = ["  ", "    ", "\t", ""].randomElement(using: &random) ?? ""
    isMultiline = Int.random(in: 0..<4, using: &random) > 0
    hasNumbers = Bool.random(using: &random)
    commentRate = [0, 5, 20].randomElement(using: &random) ?? 0
    rulesLeft = Int.random(in: 0...12, using: &random)
    self.random = random
    write()
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  private mutating func write() {
    ownComments(0)
    if chance(30) {
      text += "("
      rules(1, "")
      text += ")"
    } else {
      text += "{"
      lineEnd(1)
      if chance(30) { entry(1, "settings", "{ triggerDuration = \(Int.random(in: 60...999, using: &random)); }") }
      ownComments(1)
      text += "rules = ("
      rules(2, "")
      text += ");"
      lineEnd(1)
      if chance(30) { entry(1, "kept", "( <00ff 0a>, { a = \"b\\\"c\\U00fc\"; }, 'x y' )") }
      text += "}"
    }
    if chance(80) { text += newline }
    if chance(10) { comment("// the end") }
  }

  private mutating func rules(_ level: Int, _ prefix: String) {
    let least = hasEmptyLists || level < 3 ? 0 : 1
    let count = min(rulesLeft, Int.random(in: least...4, using: &random))
    rulesLeft -= count
    for position in 0..<count {
      lineEnd(level)
      ownComments(level)
      rule(level, "\(prefix)\(position + 1)")
      if position + 1 < count || chance(20) { text += "," }
    }
    lineEnd(max(0, level - 1))
  }

  private mutating func rule(_ level: Int, _ number: String) {
    text += "{"
    if hasNumbers { text += " /* \(number) */" }
    let spreads = isMultiline && chance(40)
    func end(_ document: inout RandomDocument) {
      if spreads { document.lineEnd(level + 1) } else { document.blank() }
    }
    end(&self)
    if chance(70) { entry(level + 1, "nodeName", quoted(name)); end(&self) }
    if chance(90) { entry(level + 1, "enabled", chance(50) ? "1" : "0"); end(&self) }
    let (property, value) = tests.randomElement(using: &random) ?? ("Any", "")
    entry(level + 1, "propertyName", quoted(property))
    end(&self)
    if !value.isEmpty {
      if chance(30) { entry(level + 1, "relationName", quoted("!=")); end(&self) }
      entry(level + 1, "propertyValue", quoted(value))
      end(&self)
    }
    if chance(50) { entry(level + 1, "filterActionName", chance(50) ? "Log" : "Delete"); end(&self) }
    if chance(30), hasEmptyLists || rulesLeft > 0 {
      entry(level + 1, "children", nil)
      rules(level + 2, number + ".")
      text += ");"
      end(&self)
    }
    text += "}"
  }

  private let tests = [
    ("Any", ""), ("Dest port", "23 (telnet)"), ("Protocol", "6"), ("Source net", "192.0.2.0/24"),
    ("Direction", "inbound"), ("TCP header flags", "syn,-ack"), ("IPFragmentOffset", "1-63"),
  ]

  private var name: String {
    mutating get {
      ["a", "two words", "quote \" and \\", "bräuche", "{ not a brace", "// no comment", "l1\nl2", "it's"]
        .randomElement(using: &random) ?? ""
    }
  }

  /// `nil` opens an array.
  private mutating func entry(_ level: Int, _ key: String, _ value: String?) {
    text += chance(5) ? "\"\(key)\"" : key
    text += [" = ", "=", " =", "\t= "].randomElement(using: &random) ?? "="
    if chance(commentRate / 4) { comment("/* value */") }
    text += value.map { $0 + ";" } ?? "("
  }

  private mutating func quoted(_ word: String) -> String {
    let isBare =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      }
    if isBare, chance(70) { return word }
    let escaped = word.map { $0 == "\"" || $0 == "\\" || $0 == "'" ? "\\\($0)" : String($0) }.joined()
    let mark = chance(20) ? "'" : "\""
    return mark + escaped + mark
  }

  private mutating func blank() { text += chance(90) ? " " : "" }

  private mutating func lineEnd(_ level: Int) {
    guard isMultiline else {
      if chance(commentRate / 2) { comment("/* c\(comments.count) */") }
      return blank()
    }
    if chance(commentRate) { comment(" // c\(comments.count)") }
    text += newline + (chance(10) ? newline : "") + String(repeating: unit, count: level)
  }

  /// Above what comes next.
  private mutating func ownComments(_ level: Int) {
    guard chance(commentRate) else { return }
    if isMultiline {
      comment(chance(50) ? "// own \(comments.count)" : "/* own \(comments.count)\(newline)   goes on */")
      text += newline + String(repeating: unit, count: level)
    } else {
      comment("/* own \(comments.count) */")
    }
  }

  private mutating func comment(_ comment: String) {
    text += comment
    comments.append(comment.split(whereSeparator: \.isWhitespace).joined(separator: " "))
  }
}
