import SentryDiagnostics
import SentryPacket
import SentryState
import SentryTestSupport
import Testing

private let hour = AddressDuration(seconds: 3_600)

private func read(_ text: String, by note: String? = nil, into table: AddressTableKind = .trigger) -> AddressList {
  AddressList(
    reading: Array(text.utf8), defaults: AddressList.Defaults(table: table, triggeredBy: note, duration: hour))
}

/// The addresses of the lines, as they are written again.
private func addresses(_ list: AddressList) -> [String] { list.entries.map(\.range.description) }

@Suite struct AddressListTests {
  // MARK: Lines

  struct LineEnds: Sendable, CustomTestStringConvertible {
    let testDescription: String, text: String
  }

  @Test(arguments: [
    LineEnds(testDescription: "LF", text: "192.0.2.1\n192.0.2.2\n192.0.2.3\n"),
    LineEnds(testDescription: "CR", text: "192.0.2.1\r192.0.2.2\r192.0.2.3\r"),
    LineEnds(testDescription: "CR LF", text: "192.0.2.1\r\n192.0.2.2\r\n192.0.2.3\r\n"),
    LineEnds(testDescription: "all three", text: "192.0.2.1\r\n192.0.2.2\r192.0.2.3\n"),
    LineEnds(testDescription: "none at the end", text: "192.0.2.1\n192.0.2.2\n192.0.2.3"),
    LineEnds(testDescription: "blank lines between", text: "\n\n192.0.2.1\r\r192.0.2.2\n  \n192.0.2.3"),
    LineEnds(testDescription: "a byte order mark", text: "\u{FEFF}192.0.2.1\r\n192.0.2.2\r\n192.0.2.3"),
    LineEnds(testDescription: "blanks around", text: "  192.0.2.1 \n192.0.2.2\t\t\t\n192.0.2.3 \t \t"),
  ])
  func everyLineEndEndsALine(_ c: LineEnds) {
    let list = read(c.text)
    #expect(addresses(list) == ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
    #expect(list.findings == [])
  }

  /// The example of the classic description.
  @Test func fieldsThatAreMissingTakeTheDefaults() {
    let list = read(
      "203.0.113.9\ttrigger\t2.1.5.1 telnet\t3\n198.51.100.0/24\n192.0.2.10-192.0.2.20\tauthorize\toffice\t0\n",
      by: "somebody", into: .invalid)
    #expect(
      list.entries == [
        AddressList.Entry(
          range: range("203.0.113.9"), table: .trigger, triggeredBy: "2.1.5.1 telnet", duration: hour),
        AddressList.Entry(range: range("198.51.100.0/24"), table: .invalid, triggeredBy: "somebody", duration: hour),
        AddressList.Entry(
          range: range("192.0.2.10-192.0.2.20"), table: .authorize, triggeredBy: "office", duration: .unlimited),
      ])
  }

  @Test func emptyFieldsAreMissingOnes() {
    let list = read("192.0.2.1\t\t\t7200s\n", by: "me", into: .address)
    #expect(
      list.entries == [
        AddressList.Entry(
          range: range("192.0.2.1"), table: .address, triggeredBy: "me", duration: AddressDuration(seconds: 7_200))
      ])
  }

  struct Comments: Sendable, CustomTestStringConvertible {
    let testDescription: String, text: String, triggeredBy: [String]
  }

  @Test(arguments: [
    Comments(
      testDescription: "the last comment before the first entry says who", text: "; old\n# block list\n192.0.2.1\n",
      triggeredBy: ["block list"]),
    Comments(
      testDescription: "also for entries behind later comments", text: "# one\n192.0.2.1\n# two\n192.0.2.2\n",
      triggeredBy: ["one", "one"]),
    Comments(
      testDescription: "also after an entry that says it itself", text: "# one\n192.0.2.1\t\tx\n# two\n192.0.2.2\n",
      triggeredBy: ["x", "one"]),
    Comments(testDescription: "without one", text: "192.0.2.1\n", triggeredBy: ["imported"]),
    Comments(testDescription: "with an empty one", text: "#\n192.0.2.1\n", triggeredBy: ["imported"]),
    Comments(testDescription: "in any language", text: "# störer\n192.0.2.1\n", triggeredBy: ["störer"]),
  ])
  func commentSaysWho(_ c: Comments) {
    let list = read(c.text)
    #expect(list.entries.map(\.triggeredBy) == c.triggeredBy)
    #expect(list.findings == [])
  }

  @Test func aDefaultTextBeatsTheComment() {
    #expect(read("# one\n192.0.2.1\n", by: "me").entries.map(\.triggeredBy) == ["me"])
  }

  @Test func aSemicolonIsNoCommentBehindAnEntry() {
    let list = read("; fine\n192.0.2.1\n; not\n192.0.2.2\n")
    #expect(addresses(list) == ["192.0.2.1", "192.0.2.2"])
    #expect(list.findings.map(\.id) == [.badListAddress])
  }

  // MARK: Refusals

  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String, line: String, id: Diagnostic.ID, column: Int, says: [String]
  }

  @Test(arguments: [
    Refusal(
      testDescription: "a name", line: "example.org", id: .badListAddress, column: 1,
      says: ["'example.org'", "192.0.2.7"]),
    Refusal(
      testDescription: "a part over 255", line: "192.0.2.256", id: .badListAddress, column: 1, says: ["192.0.2.256"]),
    Refusal(testDescription: "three parts", line: "192.0.2", id: .badListAddress, column: 1, says: ["192.0.2"]),
    Refusal(
      testDescription: "an octal look", line: "192.0.2.010", id: .badListAddress, column: 1, says: ["192.0.2.010"]),
    Refusal(
      testDescription: "a net too long", line: "192.0.2.0/33", id: .badListAddress, column: 1, says: ["from 0 to 32"]),
    Refusal(
      testDescription: "an IPv6 net too long", line: "2001:db8::/129", id: .badListAddress, column: 1,
      says: ["from 0 to 128"]),
    Refusal(testDescription: "a net without length", line: "192.0.2.0/", id: .badListAddress, column: 1, says: ["32"]),
    Refusal(
      testDescription: "a reversed range", line: "192.0.2.20-192.0.2.10", id: .badListAddress, column: 1,
      says: ["ends before it begins"]),
    Refusal(
      testDescription: "a range of both families", line: "192.0.2.1-2001:db8::1", id: .badListAddress, column: 1,
      says: ["same family"]),
    Refusal(
      testDescription: "an empty first field", line: "\ttrigger", id: .badListAddress, column: 1, says: ["''"]),
    Refusal(
      testDescription: "a table nobody has", line: "192.0.2.1\tfriends", id: .unknownTable, column: 11,
      says: ["'friends'", "trigger, address, authorize, invalid"]),
    Refusal(
      testDescription: "an index out of range", line: "192.0.2.1\ttrigger\tx\t7", id: .badListDuration, column: 21,
      says: ["'7'", "0 to 6", "unlimited"]),
    Refusal(
      testDescription: "a duration in words", line: "192.0.2.1\ttrigger\t\tan hour", id: .badListDuration, column: 20,
      says: ["'an hour'"]),
    Refusal(
      testDescription: "a fifth field", line: "192.0.2.1\ttrigger\tx\t3\tmore", id: .tooManyFields, column: 23,
      says: ["four fields"]),
  ])
  func lineIsLeftOutWithItsPlace(_ c: Refusal) throws {
    let text = "198.51.100.1\r\n\(c.line)\r\n198.51.100.2\r\n"
    let list = read(text)
    #expect(addresses(list) == ["198.51.100.1", "198.51.100.2"])
    #expect(list.rejectedLines == 1)
    let finding = try #require(list.findings.first)
    #expect(finding.id == c.id)
    #expect(finding.severity == .error)
    for words in c.says { #expect(finding.message.contains(words)) }
    let place = SourceText(fileName: "a.tsv", bytes: Array(text.utf8)).location(of: finding.range.lowerBound)
    #expect(place == SourceText.Location(line: 2, column: c.column))
  }

  @Test func textThatIsNotUTF8IsLeftOut() {
    let bytes = Array("192.0.2.1\t\tgr".utf8) + [0xFC, 0xDF] + Array("e\n192.0.2.2\n".utf8)
    let list = AddressList(reading: bytes, defaults: AddressList.Defaults(duration: hour))
    #expect(addresses(list) == ["192.0.2.2"])
    #expect(list.findings.map(\.id) == [.invalidEncoding])
  }

  @Test func aBareNumberOfSecondsHasAHint() {
    #expect(read("192.0.2.1\t\t\t3600").findings.map(\.hint) == ["write 3600s for seconds"])
  }

  @Test func findingsAreToldUpToALimitAndCountedBeyond() {
    let list = read(String(repeating: "nonsense\n", count: 1_000) + "192.0.2.1\n")
    #expect(list.rejectedLines == 1_000)
    #expect(list.findings.count == 201)
    #expect(list.findings.last?.id == .tooManyFindings)
    #expect(addresses(list) == ["192.0.2.1"])
  }

  // MARK: Writing

  @Test func aLineHasFourFields() {
    let list = AddressList([
      AddressList.Entry(
        range: range("192.0.2.0/24"), table: .address, triggeredBy: "2 \"scan\"\tx\ny", duration: .unlimited)
    ])
    #expect(list.text() == "192.0.2.0/24\taddress\t2 \"scan\" x y\t0\n")
    #expect(list.text(lineEnd: "\r") == "192.0.2.0/24\taddress\t2 \"scan\" x y\t0\r")
  }

  /// An empty one, blanks, a command for a terminal, and blanks that a reader takes off.
  @Test(arguments: [("", ""), ("  ", ""), ("\u{1B}[2Jx", "[2Jx"), ("2.1 \u{85}scan \u{2028}", "2.1  scan")])
  func whatIsWrittenTwiceIsTheSame(text: String, again: String) {
    let entry = AddressList.Entry(range: range("192.0.2.1"), table: .trigger, triggeredBy: text, duration: hour)
    let written = AddressList([entry]).text()
    let list = read("# a comment\n" + written, by: "somebody")
    #expect(list.entries.map(\.triggeredBy) == [again])
    #expect(list.text() == written)
  }

  @Test(arguments: 0..<10 as Range<UInt64>, ["\n", "\r", "\r\n"])
  func whatIsWrittenReadsTheSame(seed: UInt64, lineEnd: String) {
    var random = SplitMix64(state: seed)
    let entries = (0..<200).map { _ in Self.randomEntry(&random) }
    let list = read(AddressList(entries).text(lineEnd: lineEnd))
    #expect(list.findings == [])
    #expect(list.entries == entries)
  }

  private static func randomEntry(_ random: inout SplitMix64) -> AddressList.Entry {
    let isIPv4 = Bool.random(using: &random)
    func address() -> IPAddress {
      isIPv4
        ? IPAddress(v4: .random(in: 0 ... .max, using: &random))
        : IPAddress(high: .random(in: 1 ... .max, using: &random), low: .random(in: 0 ... .max, using: &random))
    }
    let (a, b) = (address(), address())
    let net = AddressRange(prefix: a, length: Int.random(in: (isIPv4 ? 96 : 1)...128, using: &random))
    return AddressList.Entry(
      range: Bool.random(using: &random) ? net : AddressRange(first: min(a, b), last: max(a, b)) ?? net,
      table: AddressTableKind.allCases.randomElement(using: &random) ?? .trigger,
      triggeredBy: ["2.1.5.1 telnet", "# not a comment here", "Büro", "trigger", "7", ""].randomElement(
        using: &random) ?? "",
      duration: AddressDuration(seconds: [nil, 60, 61, 3_600, 864_000, .max].randomElement(using: &random) ?? nil))
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func hostileBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let alphabet = Array("0129.:/-\t\r\n #;trigerx".utf8) + [0xFF, 0xC3]
    let bytes = (0..<Int.random(in: 0...400, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
    let list = AddressList(reading: bytes, defaults: AddressList.Defaults(duration: hour))
    #expect(list.rejectedLines >= list.findings.count - 1)
    for finding in list.findings { #expect(finding.range.upperBound <= bytes.count) }
  }
}
