import Testing

@testable import SentryPacket

/// The name with these bytes, as far as there is room.
func hostName(_ text: String) -> HostName {
  var name = HostName()
  for byte in text.utf8 { _ = name.append(byte) }
  return name
}

struct HostNameTests {
  @Test func lettersBecomeLowerCaseAndNothingElseChanges() {
    #expect(hostName("Www.EXAMPLE.org").description == "www.example.org")
    #expect(hostName("@[`{").description == "@[`{", "neighbours of the letters")
    #expect(hostName("É") == hostName("\u{c9}"))
  }

  @Test(arguments: [
    ("www.example.org", ".example.org", true), ("example.org", ".example.org", false),
    ("example.org", "example.org", true),
    ("WWW.Example.ORG", "www.example.org", true), ("badexample.org", ".example.org", false),
    ("www.example.org.evil.net", ".example.org", false), ("org", "example.org", false), ("example.org", "", true),
  ])
  func suffixes(_ name: String, _ suffix: String, _ isThere: Bool) {
    #expect(hostName(name).hasSuffix(Array(suffix.utf8)) == isThere)
  }

  @Test func holdsAsMuchAsNamesCanHave() {
    var name = hostName(String(repeating: "a", count: HostName.capacity - 1))
    var fits = name.append(UInt8(ascii: "b"))
    #expect(fits && name.count == 255)
    fits = name.append(UInt8(ascii: "c"))
    #expect(!fits && name.count == 255)
    #expect(name[254] == UInt8(ascii: "b"))
  }

  @Test func equalNamesHaveTheSameBytesAndCount() {
    #expect(hostName("a.b") == hostName("A.B"))
    #expect(hostName("a.b") != hostName("a.bc"))
    #expect(hostName("a.b") != hostName("a.c"))
    #expect(hostName("") == HostName())
    #expect(HostName().isEmpty)
  }

  @Test func onlyATrailingDotIsRemovedAndOnlyOne() {
    var name = hostName("a..")
    name.removeTrailingDot()
    #expect(name == hostName("a."))
    name = hostName("a.b")
    name.removeTrailingDot()
    #expect(name == hostName("a.b"))
    name = HostName()
    name.removeTrailingDot()
    #expect(name.isEmpty)
  }

  @Test("bytes that a terminal should not see are written in decimal (RFC 4343 §2.1)")
  func description() {
    #expect(hostName("a\u{1b}[31m.org").description == "a\\027[31m.org")
    #expect(hostName("a b\\").description == "a\\032b\\092")
    #expect(hostName("\0é").description == "\\000\\195\\169")
  }
}
