internal import SentryPacket

// Flags of TCP, as nftables asks for them: whether any of some is set, or exactly which of some are.

extension NftRuleParser {
  private static let flagNames = ["fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"]

  /// `syn`, `syn,ack` (any of them), `! syn` (none), `{ syn, syn | ack }` and `== syn` (these and no others),
  /// `& (fin|syn) == syn`, `syn / fin,syn`.
  mutating func readFlags() throws(ImportRefusal) {
    if take("!") { return require(Self.clause(set: [], of: try flags())) }
    if take("&") {
      let mask = try flags()
      let isNot = take("!=")
      guard isNot || take("==") else { throw ImportRefusal("expected '==' or '!='", at: try next("a relation")) }
      return require(Self.clause(set: try flags(), of: mask), isNot: isNot)
    }
    let isNot = take("!=")
    if isNot || take("==") || peek == "{" { return try readExactFlags(isNot: isNot) }
    let set = try flags()
    if take("/") { return require(Self.clause(set: set, of: try flags())) }
    let any = Self.flagNames.filter(set.contains).map { Clause(PacketTest(.tcpFlags, Self.word($0))) }
    require(Clause(anyOf: any))
  }

  private mutating func readExactFlags(isNot: Bool) throws(ImportRefusal) {
    let all = Set(Self.flagNames)
    guard take("{") else {
      let set = try flags()
      return require(Self.clause(set: set, of: take("/") ? try flags() : all), isNot: isNot)
    }
    var sets = [try alternatives()]
    while take(",") { sets.append(try alternatives()) }
    guard take("}") else { throw ImportRefusal("expected ',' or '}'", at: try next("'}'")) }
    require(Clause(anyOf: sets.map { Self.clause(set: $0, of: all) }), isNot: isNot)
  }

  private mutating func require(_ clause: Clause, isNot: Bool = false) {
    add(isNot ? clause.negated : [clause])
  }

  /// In our words.
  private static func word(_ flag: String) -> String { flag == "ecn" ? "ece" : flag }

  /// Of `mask`, those of `set` are on and the others off.
  private static func clause(set: Set<String>, of mask: Set<String>) -> Clause {
    guard set.isSubset(of: mask) else { return .never }
    let text = flagNames.filter(mask.contains).map { (set.contains($0) ? "" : "-") + word($0) }
    return text.isEmpty ? .always : Clause(PacketTest(.tcpFlags, text.joined(separator: ",")))
  }

  /// `syn`, `syn,ack`, `(syn|ack)`, `syn | ack`, `0x0`.
  private mutating func flags() throws(ImportRefusal) -> Set<String> {
    let isGrouped = take("(")
    var flags = try alternatives()
    while take(",") { flags.formUnion(try alternatives()) }
    if isGrouped { _ = take(")") }
    return flags
  }

  /// `syn | ack`, `0x0`.
  private mutating func alternatives() throws(ImportRefusal) -> Set<String> {
    var flags: Set<String> = []
    repeat {
      let word = try next("a flag")
      if word.text == "0x0" || word.text == "0" { continue }
      guard Self.flagNames.contains(word.text) else {
        throw ImportRefusal("expected a flag of TCP, found \(word.text.quoted)", at: word)
      }
      flags.insert(word.text)
    } while take("|")
    return flags
  }
}
