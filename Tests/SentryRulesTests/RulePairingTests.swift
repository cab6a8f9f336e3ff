import SentryRules
import Testing

private func rule(_ name: String, _ entries: String = "", _ children: String...) -> String {
  "{ nodeName = \(name); enabled = 1; \(entries) children = (\(children.joined(separator: ","))); }"
}

private func pairs(_ old: String, _ new: String) throws -> [Int32] {
  let (old, new) = (try ruleSet("(\(old))"), try ruleSet("(\(new))"))
  let pairing = RulePairing(old: old, new: new)
  #expect(
    pairing.successors == old.rules.indices.map { Int32(pairing.former.firstIndex(of: Int32($0)) ?? -1) })
  #expect(pairing.count == pairing.successors.count { $0 >= 0 })
  return pairing.former
}

@Test func rulesKeepTheirCountersWhereverTheyMove() throws {
  let a = rule("a")
  let b = rule("b", "", rule("c"))
  #expect(try pairs("\(a),\(b)", "\(b),\(a)") == [1, 2, 0])
  #expect(try pairs(a, "\(rule("new")),\(a)") == [-1, 0])
  #expect(try pairs("\(a),\(b)", "") == [])
}

@Test(arguments: [
  "propertyName = Protocol; propertyValue = 17;", "propertyName = Protocol; propertyValue = 6; relationName = \"!=\";",
  "propertyName = \"ICMP type\"; propertyValue = 6;",
  "propertyName = Protocol; propertyValue = 6; filterActionName = Log;",
])
func aChangedRuleStartsAnewAndSoDoThoseBelow(_ changed: String) throws {
  let old = rule("a", "propertyName = Protocol; propertyValue = 6;", rule("b"))
  #expect(try pairs(old, rule("a", changed, rule("b"))) == [-1, -1])
  #expect(try pairs(old, rule("x", "propertyName = Protocol; propertyValue = 6;", rule("b"))) == [-1, -1])
}

@Test func switchesParametersAndSpellingDoNotMatter() throws {
  #expect(
    try pairs(
      "{ enabled = 1; propertyName = \"Dest port\"; propertyValue = 80; filterActionName = Log; parameter = a; }",
      "{ enabled = 0; property = 19; propertyName = \"Destination Port\"; propertyValue = 80; filterActionName = log; }"
    ) == [0])
}

@Test func identicalSiblingsArePairedInOrder() throws {
  let twins = "\(rule("a", "", rule("x"))),\(rule("a", "", rule("x")))"
  #expect(try pairs(twins, twins) == [0, 1, 2, 3])
  #expect(try pairs(twins, "\(twins),\(rule("a"))") == [0, 1, 2, 3, -1])
  #expect(try pairs(twins, rule("a", "", rule("x"))) == [0, 1])
  // The second twin's child stays its own.
  #expect(try pairs(twins, "\(rule("a")),\(rule("a", "", rule("x")))") == [0, 2, 3])
}
