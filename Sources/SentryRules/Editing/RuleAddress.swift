internal import SentryPropertyList

/// Turns what a person calls rules into their numbers: `2.3.1`, a range of siblings `2.1-2.4` or `2.1-4`, several of
/// them with commas between, or the name of the only rule that has it.
enum RuleAddress {
  /// The rules that `texts` name, all of them there, each once, in document order.
  static func numbers(_ texts: [String], in outline: RuleOutline) throws(EditError) -> [RuleNumber] {
    var numbers: Set<RuleNumber> = []
    for text in texts {
      if text.utf8.allSatisfy(isOfNumbers), !text.isEmpty {
        for part in text.split(separator: ",") { numbers.formUnion(try range(part, in: outline)) }
      } else {
        numbers.insert(try named(text, in: outline))
      }
    }
    return numbers.sorted()
  }

  /// The one rule that `text` names.
  static func number(_ text: String, in outline: RuleOutline) throws(EditError) -> RuleNumber {
    guard let number = RuleNumber(text) else { return try named(text, in: outline) }
    _ = try outline.rule(number)
    return number
  }

  private static func isOfNumbers(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || [0x2C, 0x2D, 0x2E].contains(byte)
  }

  private static func range(_ text: Substring, in outline: RuleOutline) throws(EditError) -> [RuleNumber] {
    guard let (first, last) = text.halves(around: "-") else {
      guard let number = RuleNumber(text) else { throw EditError("'\(text)' is no number of a rule: 2.3.1 is one") }
      _ = try outline.rule(number)
      return [number]
    }
    guard let low = RuleNumber(first), var high = RuleNumber(last) else { throw .badRange(text) }
    if high.path.count == 1 { high = low.parent.child(high.position) }
    guard high.parent == low.parent, low.position <= high.position else { throw .badRange(text) }
    _ = try outline.rule(low)
    _ = try outline.rule(high)
    return (low.position...high.position).map { low.parent.child($0) }
  }

  private static func named(_ name: String, in outline: RuleOutline) throws(EditError) -> RuleNumber {
    var found: [RuleNumber] = []
    var names: Set<String> = []
    outline.forEachRule { number, rule in
      guard let own = rule[RuleKey.nodeName.rawValue]?.text else { return }
      if own == name { found.append(number) } else { names.insert(own) }
    }
    guard let first = found.first else { throw .noSuchName(name, nearest: nearestName(to: name, in: names.sorted())) }
    guard found.count == 1 else { throw .ambiguousName(name, found) }
    return first
  }
}
