import SentryRules
import Testing

private let document = """
  (
    { nodeName = "default first"; enabled = 1; propertyName = Direction; propertyValue = inbound; children = (
      { nodeName = "sneak around fragments"; enabled = 1;
        propertyName = IPFragmentOffset; propertyValue = "1-63"; filterActionName = Delete; },
      { enabled = 1; propertyName = Any; propertyValue = "left over"; }
    ); },
    { nodeName = "Check servers"; enabled = 0; propertyName = Direction; propertyValue = inbound; children = (
      { enabled = 1; propertyName = "Idle seconds"; relationName = ">="; propertyValue = 60;
        filterActionName = URL; parameter = "ping://192.0.2.2"; }
    ); }
  )
  """

@Test func theOutline() throws {
  #expect(
    RuleTreeText.text(of: try ruleSet(document)) == """
      rule       test                        action  name                    parameter
      1          Direction == inbound        ->      default first
      1.1          IPFragmentOffset == 1-63  Delete  sneak around fragments
      1.2          Any                       ->
      2     off  Direction == inbound        ->      Check servers
      2.1     ·    Idle seconds >= 60        URL                             ping://192.0.2.2

      """)
}

@Test func theOutlineWithCounts() throws {
  let columns = [
    RuleTreeText.Column(title: "matches", values: ["12", "3"]),
    RuleTreeText.Column(title: "bytes", values: ["720", "180", "0"]),
  ]
  #expect(
    RuleTreeText.text(of: try ruleSet(document), columns: columns) == """
      rule       matches  bytes  test                        action  name                    parameter
      1               12    720  Direction == inbound        ->      default first
      1.1              3    180    IPFragmentOffset == 1-63  Delete  sneak around fragments
      1.2                     0    Any                       ->
      2     off                  Direction == inbound        ->      Check servers
      2.1     ·                    Idle seconds >= 60        URL                             ping://192.0.2.2

      """)
}

@Test func textOfADocumentCannotTrickTheTerminal() throws {
  let text = RuleTreeText.text(of: try ruleSet("({ enabled = 1; nodeName = \"a\\U001B[31m\\nb\\U202Ec\"; })"))
  #expect(text.hasSuffix("a␛[31m␊b\\U202ec\n"))
}
