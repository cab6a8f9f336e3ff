import SentryRules
import Testing

@Suite struct EnablingTests {
  @Test func onlyTheSwitchChanges() throws {
    let document = try open(sample)
    let result = try document.setEnabled(false, [number("1"), number("2.2")])
    #expect(
      result.text
        == sample.replacing("telnet; enabled = 1;", with: "telnet; enabled = 0;")
        .replacing("b; enabled = 1;", with: "b; enabled = 0;"))
    #expect(result.changed.map(\.description) == ["1", "2.2"])
  }

  @Test(
    arguments: [
      ("({ enabled = 0; })", "({ enabled = 1; })"),
      ("({ enabled = \"0\"; })", "({ enabled = \"1\"; })"),
      ("({ enabled = NO; })", "({ enabled = 1; })"),
      ("({ enabled = /* why */ 0 /* this */; })", "({ enabled = /* why */ 1 /* this */; })"),
      ("({ nodeName = x; })", "({ nodeName = x; enabled = 1; })"),
      ("({\n  propertyName = Any;\n})", "({\n  enabled = 1; propertyName = Any;\n})"),
      ("({})", "({ enabled = 1; })"),
      ("({ enabled; })", "({ enabled = 1; })"),
      ("({ enabled = 1; })", "({ enabled = 1; })"),
      ("({ enabled = \"yes\"; })", "({ enabled = \"yes\"; })"),
      ("{ nodeName = single; enabled = 0; }", "{ nodeName = single; enabled = 1; }"),
      ("{ rules = ({ enabled = 0; }); }", "{ rules = ({ enabled = 1; }); }"),
      (
        "{ SentryDocument_filterTable = { children = ({ enabled = 0; }); }; }",
        "{ SentryDocument_filterTable = { children = ({ enabled = 1; }); }; }"
      ),
      ("{ children = ({ enabled = 0; }); enabled = 1; }", "{ children = ({ enabled = 1; }); enabled = 1; }"),
    ] as [(String, String)])
  func switchesOn(_ before: String, _ after: String) throws {
    #expect(try open(before).setEnabled(true, [number("1")]).text == after)
  }

  @Test func offAndOnAgainIsTheSame() throws {
    let off = try open(sample).setEnabled(false, [number("1"), number("2.1"), number("2.2.1"), number("3")])
    let on = try open(off.text).setEnabled(true, [number("1"), number("2.1"), number("2.2.1"), number("3")])
    #expect(on.text == sample)
  }

  @Test func mistakesElsewhereDoNotMatter() throws {
    let text = "({ enabled = 1; propertyName = Protocl; }, { enabled = 1; })"
    #expect(try open(text).setEnabled(false, [number("2")]).text.hasSuffix("{ enabled = 0; })"))
  }

  @Test func aTextThatCannotBeReadIsRefused() throws {
    let error = #expect(throws: EditError.self) { try open("({ enabled = 1; ") }
    #expect(error?.findings.isEmpty == false)
  }
}
