import SentryPacket
import Testing

@testable import SentryLogins

@Suite struct LoginPatternTests {
  @Test func theAddressIsTakenFromTheStart() throws {
    let pattern = try LoginPattern("app: <word>[<address>:<port>] refused <user>")
    let found = try #require(pattern.match("app: host[192.0.2.7:80] refused x[198.51.100.7:80] refused y"))
    #expect(found.address == IPAddress("192.0.2.7") && found.port == 80)
    #expect(pattern.match("app: host [192.0.2.7:80] refused x") == nil)
    #expect(pattern.match("my app: host[192.0.2.7:80] refused x") == nil)
    #expect(pattern.match("app: host[192.0.2.7] refused x") == nil)
    #expect(pattern.match("app: host[192.0.2.7:70000] refused x") == nil)
    #expect(pattern.match("app: host[192.0.2.700:80] refused x") == nil)
  }

  @Test func theAddressIsTakenFromTheEnd() throws {
    let pattern = try LoginPattern("login of <user> from <address> failed")
    let line = "login of a from 198.51.100.7 failed from 192.0.2.7 failed"
    let found = try #require(pattern.match(line))
    #expect(found.address == IPAddress("192.0.2.7"))
    #expect(found.user == 9..<35)
    #expect(pattern.match(line + ".") == nil)
  }

  @Test func betweenTwoFreeTextsTheAddressHasOnePlace() throws {
    let pattern = try LoginPattern("login <user> ip=<address> <any>")
    #expect(pattern.match("login bob ip=192.0.2.7 at noon")?.address == IPAddress("192.0.2.7"))
    #expect(pattern.match("login bob ip=198.51.100.7 ip=192.0.2.7 at noon") == nil)
    #expect(pattern.match("login bob ip=192.0.2.7 at ip=198.51.100.7 noon") == nil)
  }

  @Test func textLikeAPlaceholderIsText() throws {
    let pattern = try LoginPattern("user=<<user>>, <number> ip=<address>;")
    #expect(pattern.match("user=<bob>, 12 ip=2001:db8::9;")?.address == IPAddress("2001:db8::9"))
    #expect(try LoginPattern("a < b <address>").match("a < b 192.0.2.7") != nil)
  }

  @Test(arguments: [
    "login failed", "from <address> to <address>", "<user> from <address>", "<any>x<address>",
    "login <users> from <address>",
    "login <user><word> from <address>", "login <user><address>", "login of <address><user>", "<word> <address>", "",
    "login <user> ip:<address>", "login of <user> =<address> <any>", String(repeating: "x", count: 2_000) + "<address>",
  ])
  func whatCannotBeUsedIsToldSo(_ text: String) {
    #expect(throws: LoginPatternError.self) { try LoginPattern(text) }
  }
}
