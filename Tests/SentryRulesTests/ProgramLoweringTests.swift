import SentryRules
import Testing

/// For each instruction the rule's number and where it goes on: `1: 1.1 or 2`, after a match or a mismatch; `end` is
/// the end.
private func jumps(_ text: String) throws -> [String] {
  let rules = try ruleSet(text)
  let program = rules.program()
  func name(_ instruction: Int32) -> String {
    let index = Int(instruction)
    return program.instructions.indices.contains(index)
      ? rules.rules[Int(program.instructions[index].rule)].number : "end"
  }
  return program.instructions.map { instruction in
    "\(rules.rules[Int(instruction.rule)].number): \(name(instruction.afterMatch)) or \(name(instruction.afterSubtree))"
  }
}

/// A rule that is on, with this action and these rules below it.
private func rule(_ action: String, _ children: String...) -> String {
  "{ enabled = 1; filterActionName = \"\(action)\"; children = (\(children.joined(separator: ","))); }"
}

private func off(_ children: String...) -> String {
  "{ enabled = 0; children = (\(children.joined(separator: ","))); }"
}

@Test func matchesGoDownAndMismatchesGoAcross() throws {
  #expect(
    try jumps("(\(rule("->", rule("->"), rule("->", rule("->")))), \(rule("->")))") == [
      "1: 1.1 or 2", "1.1: 1.2 or 1.2", "1.2: 1.2.1 or 2", "1.2.1: 2 or 2", "2: end or end",
    ])
}

@Test func endingActionsAreFollowedByTheirChildren() throws {
  #expect(
    try jumps("(\(rule("Delete", rule("Dont log"))), \(rule("Log")))") == [
      "1: 1.1 or 2", "1.1: 2 or 2", "2: end or end",
    ])
}

@Test func skipLeavesOutTheNextRule() throws {
  #expect(
    try jumps("(\(rule("++")), \(rule("Delete", rule("Log"))), \(rule("Log")))") == [
      "1: 3 or 2", "2: 2.1 or 3", "2.1: 3 or 3", "3: end or end",
    ])
}

@Test func skipLeavesOutItsOwnFirstChild() throws {
  #expect(
    try jumps("(\(rule("++", rule("Delete"), rule("Log"))))") == [
      "1: 1.2 or end", "1.1: 1.2 or 1.2", "1.2: end or end",
    ])
}

@Test func skipCountsDisabledRules() throws {
  #expect(try jumps("(\(rule("++")), \(off(rule("Log"))), \(rule("Log")))") == ["1: 3 or 3", "3: end or end"])
}

@Test func skipAtTheEndOfALevelLeavesOutTheNextAbove() throws {
  #expect(
    try jumps("(\(rule("->", rule("++"))), \(rule("Delete")), \(rule("Log")))") == [
      "1: 1.1 or 2", "1.1: 3 or 2", "2: 3 or 3", "3: end or end",
    ])
  #expect(try jumps("(\(rule("++")))") == ["1: end or end"])
}

@Test func exitGroupLeavesTheNearestGroup() throws {
  #expect(
    try jumps(
      "(\(rule("Group", rule("Group", rule("->", rule("Exit group")), rule("Log")), rule("Exit group"), rule("Log"))), \(rule("Log")))"
    )
      == [
        "1: 1.1 or 2", "1.1: 1.1.1 or 1.2", "1.1.1: 1.1.1.1 or 1.1.2", "1.1.1.1: 1.2 or 1.1.2", "1.1.2: 1.2 or 1.2",
        "1.2: 2 or 1.3",
        "1.3: 2 or 2", "2: end or end",
      ])
}

@Test func exitGroupWithoutAGroupGoesOn() throws {
  #expect(
    try jumps("(\(rule("Exit group", rule("Log"))), \(rule("Log")))") == [
      "1: 1.1 or 2", "1.1: 2 or 2", "2: end or end",
    ])
}

@Test func disabledRulesHaveNoInstructionsButKeepTheirPlaces() throws {
  let program = try ruleSet("(\(off(rule("Log"))), \(rule("->", off(), rule("Pass"))))").program()
  #expect(program.ruleCount == 5)
  #expect(program.instructions.map(\.rule) == [2, 4])
  #expect(program.instructions.map(\.parent) == [-1, 2])
  #expect(program.instructions.map(\.operation) == [.next, .pass])
}

@Test func equalOperandsAreKeptOnce() throws {
  let program = try ruleSet(
    """
    (
      { enabled = 1; propertyName = Interface; propertyValue = lo0; },
      { enabled = 1; propertyName = Interface; propertyValue = "Loopback (lo0)"; },
      { enabled = 1; propertyName = "Data content"; propertyValue = abc; },
      { enabled = 1; propertyName = "Data content"; propertyValue = "[0:64]abc"; },
      { enabled = 1; propertyName = "Data content"; relationName = "a=A"; propertyValue = abc; },
      { enabled = 1; propertyName = IPOptions; propertyValue = "3,9"; },
      { enabled = 1; propertyName = TCPOptions; propertyValue = "3, 9"; }
    )
    """
  ).program()
  #expect(program.interfaces == [.named("lo")])
  #expect(program.contents.count == 2)
  #expect(program.optionLists == [[3, 9]])
}

@Test func equalKeywordsAndNamesAreKeptOnce() throws {
  let program = try ruleSet(
    """
    (
      { enabled = 1; propertyName = "URL keyword"; propertyValue = "Cmd.exe"; },
      { enabled = 1; propertyName = "URL keyword"; relationName = "!="; propertyValue = "cmd.EXE"; },
      { enabled = 1; propertyName = "TLS server name"; propertyValue = "*.Example.org"; },
      { enabled = 1; propertyName = "DNS name"; propertyValue = "*.example.org."; },
      { enabled = 1; propertyName = "DNS name"; propertyValue = "example.org"; }
    )
    """
  ).program()
  #expect(program.keywords == [Array("cmd.exe".utf8)])
  let name = Array("example.org".utf8)
  #expect(program.names == [NamePattern(name: name, matchesBelow: true), NamePattern(name: name, matchesBelow: false)])
  #expect(
    program.instructions.map(\.test) == [
      .urlKeyword(keyword: 0), .urlKeyword(keyword: 0), .serverName(name: 0), .dnsName(name: 0), .dnsName(name: 1),
    ])
  #expect(program.instructions.map(\.isNegated) == [false, true, false, false, false])
}

@Test func theTimerKnowsItsRules() throws {
  let program = try ruleSet(
    """
    (
      { enabled = 1; },
      { enabled = 1; propertyName = "Idle seconds"; relationName = ">="; propertyValue = 60; children = (
        { enabled = 1; propertyName = "Parent idle seconds"; relationName = ">="; propertyValue = 60; }
      ); },
      { enabled = 0; propertyName = "Idle seconds"; propertyValue = 60; }
    )
    """
  ).program()
  #expect(program.idleInstructions == [1, 2])
}
