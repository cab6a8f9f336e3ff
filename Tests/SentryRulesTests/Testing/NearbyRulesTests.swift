import SentryRules
import Testing

/// Ten rules, of which some end the walk: what a test is told that names one that is not there.
private let rules = """
  Any: Log
  Direction == inbound:
    Dest port == 1: Delete
    Dest port == 2: Log
    Dest port == 3: Pass
    - Dest port == 4: Delete
    Dest port == 5: Delete
    Dest port == 6: Delete
  'only' Direction == outbound:
    Dest port == 7: Pass
  """

@Test(arguments: [
  ("2.7", "the rules there are 2.1 to 2.6; 2.3, 2.5 and 2.6 end the walk"),
  ("3.2", "did you mean '3.1'? the only rule there is 3.1"),
  ("4", "the rules there are 1 to 3"),
  ("99.1.1", "the rules there are 1 to 3"),
  ("2.1.1", "rule 2.1 has none below it"),
  ("1.1", "rule 1 has none below it"),
  ("99999999999999999999", "0 is the checks before the rules, none their end"),
  ("2.x", "0 is the checks before the rules, none their end"),
  ("nome", "did you mean 'none'?"),
])
func rulesThatTestsMiss(number: String, hint: String) throws {
  let test = #"tests = ( { packet = "udp 203.0.113.9:53 > me:5000"; rule = "\#(number)"; } );"#
  let document = RuleDocument(reading: try ShortRules.document(rules, rest: test))
  #expect(document.outcome == ["badTest error"])
  #expect(document.diagnostics.first?.hint == hint)
}
