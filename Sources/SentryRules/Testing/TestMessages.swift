internal import SentryDiagnostics
internal import SentryPropertyList

// What is said of a document's tests.
extension Diagnostic {
  static func badPacket(_ error: NotationError, in node: PropertyListNode) -> Diagnostic {
    Diagnostic(.badPacket, at: node.place(ofText: error.range), error.message, hint: error.hint)
  }

  static func testsAreNoList(at place: Place) -> Diagnostic {
    Diagnostic(.badTest, at: place, "\(RootKey.tests) must be an array of tests ( … )")
  }

  static func testIsNoDictionary(at place: Place) -> Diagnostic {
    Diagnostic(
      .badTest, at: place, "a test must be a dictionary",
      hint: #"such as { packet = "udp 203.0.113.9:53 > me:5000"; expect = pass; }"#)
  }

  static func testWithoutPacket(at place: Place) -> Diagnostic {
    Diagnostic(.badTest, at: place, "a test needs packet = … or packets = ( … )")
  }

  static func testWithoutPackets(at place: Place) -> Diagnostic {
    Diagnostic(.badTest, at: place, "packets must be an array with at least one packet")
  }

  static func packetIsNoText(at place: Place) -> Diagnostic {
    Diagnostic(
      .badTest, at: place, "a packet must be a text or a dictionary with a packet",
      hint: #"such as "udp 203.0.113.9:53 > me:5000""#)
  }

  static func unknownTestKey(_ key: String, among keys: [TestKey], at place: Place) -> Diagnostic {
    let known = keys.map(\.rawValue)
    return Diagnostic(
      .badTest, at: place,
      TestKey(rawValue: key) == nil
        ? "tests have no key '\(key.shown)'; they know \(known.joined(separator: ", "))"
        : "'\(key)' belongs to one of the packets",
      hint: didYouMean(key, in: known))
  }

  static func badExpectation(_ key: TestKey, _ node: PropertyListNode, expected: String, hint: String? = nil)
    -> Diagnostic
  {
    let found = node.text.map { "'\($0.shown)'" } ?? "something else"
    return Diagnostic(.badTest, at: node.place, "\(key.rawValue) must be \(expected), found \(found)", hint: hint)
  }

  static func noSuchRule(_ number: String, in ruleSet: RuleSet, at place: Place) -> Diagnostic {
    guard let wanted = RuleNumber(number) else {
      return Diagnostic(
        .badTest, at: place, "expected the number of a rule, 0 or none, found '\(number.shown)'",
        hint: didYouMean(number, in: ["none"]) ?? "0 is the checks before the rules, none their end")
    }
    return Diagnostic(
      .badTest, at: place, "the document has no rule \(number.shown)", hint: NearbyRules(wanted, in: ruleSet).hint)
  }

  static func contradiction(_ error: NotationError, in node: PropertyListNode) -> Diagnostic {
    Diagnostic(.badTest, at: node.place(ofText: error.range), error.message, hint: error.hint)
  }

  static func twoTimes(at place: Place) -> Diagnostic {
    Diagnostic(.badTest, at: place, "the packet says when it comes ('at'), so that 'after' has no meaning")
  }

  static func emptyTest(at place: Place) -> Diagnostic {
    Diagnostic(
      .emptyTest, .warning, at: place, "the test expects nothing", hint: "add 'expect = pass;', or delete for instance")
  }

  static func tooManyDescribedPackets(limit: Int, at place: Place) -> Diagnostic {
    Diagnostic(
      .badTest, at: place, "this is packet \(limit + 1) of the document's tests, which may describe at most \(limit)",
      hint: "repeat = … sends one several times")
  }

  static func tooManyPackets(limit: Int, at place: Place) -> Diagnostic {
    Diagnostic(
      .badTest, at: place, "this is packet \(limit + 1) of the test, which may describe at most \(limit)",
      hint: "repeat = … sends one several times")
  }

  static func tooManyTriggered(limit: Int, at place: Place) -> Diagnostic {
    Diagnostic(.badTest, at: place, "this is address \(limit + 1); a packet may list at most \(limit) as triggered")
  }

  static func tooManyTestPackets(limit: Int, at place: Place) -> Diagnostic {
    Diagnostic(.badTest, at: place, "the document's tests send more than \(limit) packets together")
  }

  static func testsLastTooLong(at place: Place) -> Diagnostic {
    Diagnostic(.badTest, at: place, "the document's tests last more than ten years together")
  }
}
