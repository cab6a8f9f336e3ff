import SentryRules
import Testing

@Suite struct MovingTests {
  @Test(
    arguments: [
      (["3"], Target.before("1"), "( { c = 1; }, { a = 1; }, { b = 1; x = 1; children = ( { d = 1; } ); } )"),
      (["1"], .end, "( { b = 1; x = 1; children = ( { d = 1; } ); }, { c = 1; }, { a = 1; } )"),
      (["1", "3"], .into("2"), "( { b = 1; x = 1; children = ( { a = 1; }, { c = 1; }, { d = 1; } ); } )"),
      (["2.1"], .after("1"), "( { a = 1; }, { d = 1; }, { b = 1; x = 1; }, { c = 1; } )"),
      (["2", "2.1"], .end, "( { a = 1; }, { c = 1; }, { b = 1; x = 1; children = ( { d = 1; } ); } )"),
      (["1"], .after("2"), "( { b = 1; x = 1; children = ( { d = 1; } ); }, { a = 1; }, { c = 1; } )"),
    ] as [([String], Target, String)])
  func placesInOneLine(_ numbers: [String], _ target: Target, _ after: String) throws {
    let before = "( { a = 1; }, { b = 1; x = 1; children = ( { d = 1; } ); }, { c = 1; } )"
    #expect(try open(before).move(numbers.map(number), target.target()).text == after)
  }

  /// A comment to the end of the line does not swallow what closes the list.
  @Test(
    arguments: [
      (
        "( { a = 1; }, // x\n  { b = 1; } /* y */ )", ["1"], .after("2"),
        "(\n  { b = 1; }, /* y */\n  { a = 1; } // x\n )"
      ),
      (
        "( { a = 1; children = ( { b = 1; } ); }, { c = 1; children = ( { d = 1; } // z\n  ); }\n)", ["1.1", "2.1"],
        .into("1"), "( { a = 1; children = ( { b = 1; },\n{ d = 1; } // z\n ); }, { c = 1; }\n)"
      ),
      (
        "(\n { a = 1; } // x\n, // y\n{ b = 1; },{ c = 1; } )", ["1"], .after("2"),
        "(\n{ b = 1; },{ a = 1; }, // x\n// y\n{ c = 1; } )"
      ),
      (
        "( { a = 1; }, // x\r\n  { b = 1; }, { c = 1; } )", ["1"], .after("2"),
        "(\r\n  { b = 1; }, { a = 1; }, // x\r\n{ c = 1; } )"
      ),
    ] as [(String, [String], Target, String)])
  func lineCommentsEndTheirLine(_ before: String, _ numbers: [String], _ target: Target, _ after: String) throws {
    #expect(try open(before).move(numbers.map(number), target.target()).text == after)
  }

  @Test(
    arguments: [
      (["1"], .before("2")), (["2"], .after("1")), (["3"], .end), (["2.1"], .into("2")),
      (["1", "2"], .before("3")), (["2", "3"], .after("1")), (["2", "2.1", "3"], .end),
    ] as [([String], Target)])
  func rulesThatStandThereAlreadyAreLeftAlone(_ numbers: [String], _ target: Target) throws {
    let text = "( { a = 1; }\n, { b=1; children = ( {d=1;} ) ; }, {c = 1;})"
    let result = try open(text).move(numbers.map(number), target.target())
    #expect(result.text == text)
    #expect(result.changed.isEmpty && result.shifts.isEmpty)
    #expect(try !open(text).move([number("1")], .after(number("2"))).changed.isEmpty)
  }

  @Test func commentsAndNumbersGoAlong() throws {
    let result = try open(sample).move([number("2.2")], .before(number("1")))
    #expect(result.inserted.map(\.description) == ["1"])
    #expect(
      result.text == """
        // My firewall.
        {
          rules = ( // the list
            // about b
            { /* 1 */ nodeName = b; enabled = 1; children = (
              { /* 1.1 */ enabled = 1; }
            ); },
            // Nobody needs it.
            { /* 2 */ nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Delete; }, // one

            /* 2 is a group. */
            { /* 3 */ nodeName = group; enabled = 0; propertyName = Protocol; propertyValue = 6; children = (
              { /* 3.1 */ nodeName = a; enabled = 1; } // first
            ); },
            { /* 4 */ nodeName = last; enabled = 1; }
          );
          settings = { triggerDuration = 60; }; // a minute
        }

        """)
    #expect(try open(result.text).move([number("1")], .after(number("3.1"))).text == sample)
  }

  @Test func theOnlyChildLeavesNoEmptyList() throws {
    let result = try open(sample).move([number("2.2.1")], .end)
    #expect(result.text.contains("{ /* 2.2 */ nodeName = b; enabled = 1; }\n"))
    #expect(result.inserted.map(\.description) == ["4"])
  }

  @Test(arguments: [("2", "2"), ("2", "2.2"), ("2", "2.2.1")])
  func intoItselfIsRefused(_ rule: String, _ target: String) throws {
    let document = try open(sample)
    #expect(throws: EditError.self) { try document.move([number(rule)], .into(number(target))) }
    #expect(throws: EditError.self) { try document.move([number(rule)], .after(number(target))) }
  }
}
