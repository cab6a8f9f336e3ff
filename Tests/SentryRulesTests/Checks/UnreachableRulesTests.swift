import SentryRules
import Testing

@Test(arguments: [
  CheckCase("behind Delete all", "Any: Delete\nDest port == 22: Pass\nDest port == 80: Pass", finds: "2"),
  CheckCase("before Delete all", "Dest port == 22: Pass\nAny: Delete"),
  CheckCase("behind a Delete all that is off", "- Any: Delete\nDest port == 22: Pass"),
  CheckCase(
    "behind what the parent asked already", "Direction == inbound:\n  Direction == inbound: Delete\n  Any: Log",
    finds: "1.2"),
  CheckCase(
    "behind both directions", "Direction == inbound: Delete\nDirection == outbound: Delete\nAny: Log", finds: "3"),
  CheckCase("behind one direction", "Direction == inbound: Delete\nAny: Log"),
  CheckCase(
    "behind a list that ends all", "Any:\n  Protocol == 6: Pass\n  Any: Delete\nDest port == 22: Log", finds: "2"),
  CheckCase("the clock still asks", "Any: Delete\nIdle seconds >= 60: Log"),
  CheckCase("behind Delete all that ++ may skip", "Protocol == 6: ++\nAny: Delete\nDest port == 22: Log"),
  CheckCase(
    "behind a Group that can be left", "Any: Group\n  Protocol == 6: Exit group\n  Any: Delete\nDest port == 22: Log"),
  CheckCase(
    "behind a Delete all inside of a Group", "Any: Group\n  Any: Delete\n  Protocol == 6: Exit group", finds: "1.2"),
  CheckCase(
    "the child that ++ skips", "Protocol == 6: ++\n  Dest port == 22: Log\n  Dest port == 23: Log", finds: "1.1"),
  CheckCase(
    "the child of an exit", "Any: Group\n  Protocol == 6: Exit group\n    Dest port == 22: Log", finds: "1.1.1"),
  CheckCase("the child of an exit from nothing", "Protocol == 6: Exit group\n  Dest port == 22: Log"),
  CheckCase(
    "behind all with a process and all without", "Application == curl: Delete\nApplication != curl: Delete\nAny: Log",
    finds: "3"),
  CheckCase("children of a final rule", "Any: Delete\n  Any: Log"),
  CheckCase("children of a final rule below another", "Any: Delete\n  Any: Pass\n    Any: Log", finds: "1.1.1"),
  CheckCase("children of Delay", "Any: Delay\n  Any: Log", finds: "1.1"),
  CheckCase("children of a final rule that the clock asks", "Idle seconds >= 9: Delete\n  Any: Log", finds: "1.1"),
])
func unreachableRules(_ c: CheckCase) throws { try c.expect(.unreachableRules) }

@Test func unreachableRulesAreCounted() throws {
  let rules =
    "Any: Delete\nDest port == 22: Pass\n- Dest port == 23: Pass\nDest port == 80: Pass\nIdle seconds >= 9: Log"
  let document = RuleDocument(reading: try ShortRules.document(rules))
  let messages = document.findings().filter { $0.id == .unreachableRules }.map(\.message)
  #expect(messages == ["this rule and the one after it is never asked: nothing comes past rule 1 ('Any')"])
}
