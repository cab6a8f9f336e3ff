/// `Interface`: where the packet was seen.
///
/// Documents name an interface plainly (`eth0`), name first (`lo0 (Loopback)`), or title first (`Built-in Ethernet
/// (en0)`). Names are compared whole; a trailing `*` stands for any ending.
enum InterfaceProperty: Property {
  static let name = "Interface"
  static let codes = GenerationCodes(3, year2003: 3)
  static let summary = "the interface the packet was seen on"
  static let details = """
    external and internal ask for the interface's switch in the document. Names are compared whole. Values of the \
    classic program may name the interface with its title: 'Built-in Ethernet (en0)' and 'en0 (Built-in Ethernet)' \
    both mean en0.
    """
  static let valueSyntax = "a system name, with * at its end for any that starts so; external; or internal"
  static let example = "eth0"
  static let suggestions = ["external", "internal", "eth0", "wlan0", "lo"]
  static let relations = Set<Relation>.unordered
  static let remarks = ValueRemarks.nowhere

  static func parse(_ text: Substring) throws(ValueError) -> InterfacePattern {
    let name = try interfaceName(in: text.trimmed)
    switch name {
    case "external": return .external
    case "internal": return .internal
    default: return name.last == "*" ? .prefixed(String(name.dropLast())) : .named(String(name))
    }
  }

  static func lower(_ relation: Relation, _ operand: InterfacePattern, into program: inout ProgramBuilder)
    -> LoweredTest
  {
    LoweredTest(.interface(pattern: program.index(of: operand)), relation)
  }

  /// The word that names the interface: the first, if it looks like a name; else the last in parentheses; else all of
  /// it.
  static func interfaceName(in text: Substring) throws(ValueError) -> Substring {
    guard let (before, rest) = text.halves(around: "(") else { return try word(text, in: text) }
    guard rest.contains(")") else { throw .unclosedRemark(text, open: 1) }
    if looksLikeSystemName(before) { return before }
    let last = rest.split(separator: "(").last ?? rest
    let parenthesised = last.prefix { $0 != ")" }.trimmed
    if isWord(parenthesised) { return parenthesised }
    return try word(before, in: text)
  }

  private static func word(_ text: Substring, in whole: Substring) throws(ValueError) -> Substring {
    guard isWord(text) else { throw .notAnInterface(whole) }
    return text
  }

  private static func isWord(_ text: Substring) -> Bool {
    !text.isEmpty && !text.contains(where: \.isWhitespace)
  }

  /// Letters and a digit in one word, as in `en0` and `enp3s0` but not `Wi-Fi`; or one of the words that need no digit.
  private static func looksLikeSystemName(_ text: Substring) -> Bool {
    if ["external", "internal", "lo"].contains(text) || text.last == "*" { return isWord(text) }
    return isWord(text) && text.first?.isLetter == true && text.contains(where: \.isASCIIDigit)
  }
}
