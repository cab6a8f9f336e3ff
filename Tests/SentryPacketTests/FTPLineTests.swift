import SentryTestSupport
import Testing

@testable import SentryPacket

private func line(_ text: String) -> FTPLine { line(Array(text.utf8)) }

/// Without its end.
private func line(_ bytes: [UInt8]) -> FTPLine {
  var line = FTPLine()
  for byte in bytes { _ = line.take(byte) }
  return line
}

private func place(_ address: String?, _ port: UInt16) -> FTPPlace {
  FTPPlace(address: address.flatMap { IPAddress($0) }, port: port)
}

@Suite struct FTPLineTests {
  @Test func aLineEndsAtItsLineFeed() {
    var line = FTPLine()
    let ends = "NOOP\r\n".utf8.map { line.take($0) }
    #expect(ends == [false, false, false, false, false, true])
    #expect(line.count == 4)
  }

  /// RFC 959 §4.1.3: `ABOR` comes behind Telnet's "interrupt process" and "synch".
  @Test func commandsOfTelnetAreNoPartOfALine() {
    #expect(FTPCommand(line([0xFF, 0xF4, 0xF2] + Array("STAT".utf8))) == .opening)
  }

  @Test func aLineWithoutEndTakesNoRoom() {
    var line = FTPLine()
    let ends = (0..<65_536).filter { _ in line.take(UInt8(ascii: "A")) }
    #expect(ends.isEmpty)
    #expect(line.count == FTPLine.capacity && line.isCut)
    #expect(FTPCommand(line) == .other)
    line.clear()
    #expect(line.count == 0 && !line.isCut)
  }

  /// With the examples of RFC 2428 §2 and §3; a port is its high byte and its low byte (RFC 959 §4.1.2).
  @Test(arguments: [
    ("PORT 192,0,2,7,195,80", FTPCommand.active(place("192.0.2.7", 50_000))),
    ("port 192,0,2,7,195,80", .active(place("192.0.2.7", 50_000))),
    ("PORT 132,235,1,2,24,131", .active(place("132.235.1.2", 6_275))),
    ("PORT 0,0,0,0,0,0", .active(place("0.0.0.0", 0))),
    ("PORT 192,0,2,7,195", .other), ("PORT 192,0,2,256,195,80", .other), ("PORT 192.0.2.7,195,80", .other),
    ("PORT", .other), ("PORT ", .other), ("PORTS 192,0,2,7,195,80", .other),
    ("EPRT |1|132.235.1.2|6275|", .active(place("132.235.1.2", 6_275))),
    ("EPRT |2|1080::8:800:200C:417A|5282|", .active(place("1080::8:800:200c:417a", 5_282))),
    ("EPRT !2!2001:db8::1!5282!", .active(place("2001:db8::1", 5_282))),
    ("EPRT |2|::ffff:192.0.2.1|5282|", .active(place("192.0.2.1", 5_282))),
    ("EPRT |2|192.0.2.1|5282|", .other), ("EPRT |1|2001:db8::1|5282|", .other),
    ("EPRT |3|2001:db8::1|5282|", .other), ("EPRT |2|2001:db8::1|65536|", .other),
    ("EPRT |2|2001:db8::1|5282", .other), ("EPRT |2|2001:db8:::1|5282|", .other),
    ("EPRT |2|1:2:3:4:5:6:7|5282|", .other), ("EPRT |2|1:2:3:4:5:6:7:8:9|5282|", .other),
    ("EPRT |2|1::2::3|5282|", .other), ("EPRT 121921", .other), ("EPRT ", .other),
    ("PASV", .passive), ("pasv", .passive), ("EPSV", .extendedPassive), ("EPSV 2", .extendedPassive),
    ("EPSV ALL", .extendedPassive), ("USER anonymous", .opening), ("AUTH TLS", .opening), ("RETR file", .other),
    ("POST /form HTTP/1.1", .other), ("GET / HTTP/1.1", .other), ("", .other), (" PASV", .other),
  ])
  func commandsAreRead(text: String, command: FTPCommand) {
    #expect(FTPCommand(line(text)) == command)
  }

  /// Every form of an address that our other reader knows.
  @Test(arguments: [
    "::", "::1", "1::", "2001:db8::", "2001:db8::8:800:200c:417a", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8", "64:ff9b::192.0.2.33", "1:2:3:4:5:6:192.0.2.33", "fe80::1",
  ])
  func addressesAreReadAsElsewhere(text: String) {
    #expect(FTPCommand(line("EPRT |2|\(text)|5282|")) == .active(place(text, 5_282)))
  }

  @Test(arguments: [
    ("227 Entering Passive Mode (192,0,2,7,195,80).", place("192.0.2.7", 50_000)),
    ("227 Entering Passive Mode (192,0,2,7,195,80)", place("192.0.2.7", 50_000)),
    ("227 =192,0,2,7,195,80", place("192.0.2.7", 50_000)),
    ("229 Entering Extended Passive Mode (|||6446|)", place(nil, 6_446)),
    ("229 ok (!!!6446!)", place(nil, 6_446)),
    ("227 Entering Passive Mode", nil), ("227 Entering Passive Mode (192,0,2,7,195)", nil),
    ("227 Entering Passive Mode (192,0,2,7,195,256)", nil), ("229 ok (|||6446)", nil), ("229 ok (|||65536|)", nil),
    ("229 ok (||6446|)", nil), ("229 ok |||6446|", nil), ("230 Login successful, 192,0,2,7,195,80", nil),
  ])
  func repliesNameAPlace(text: String, place: FTPPlace?) throws {
    let reply = try #require(FTPReply(line(text)))
    #expect(reply.place == place)
    #expect(!reply.isContinued)
  }

  @Test func repliesHaveACode() throws {
    #expect(try #require(FTPReply(line("220-Welcome"))).isContinued)
    #expect(try #require(FTPReply(line("220"))).code == 220)
    for text in ["", "22", "2200 x", "220x", "099 x", "600 x", " 220 x", "USER 220"] {
      #expect(FTPReply(line(text)) == nil, "\(text)")
    }
  }

  /// A line that is cut may have lost a digit of its port.
  @Test func aCutLineNamesNoPlace() throws {
    let padding = String(repeating: "x", count: FTPLine.capacity)
    #expect(try #require(FTPReply(line("227 192,0,2,7,195,80 \(padding)"))).place == nil)
    #expect(FTPCommand(line("PORT 192,0,2,7,195,80\(padding)")) == .other)
    #expect(try #require(FTPReply(line("220-\(padding)"))).isContinued)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func hostileBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let beginnings = ["", "PORT ", "EPRT |", "EPRT |2|", "227 ", "229 (|||", "EPRT |2|::", "PORT 1,2,3,"]
    let alphabet = Array("0123456789abcdef:.,|() -\r\u{0}".utf8) + [0x80, 0xFF]
    for beginning in beginnings {
      let rest = (0..<Int.random(in: 0...200, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      let line = line(Array(beginning.utf8) + rest)
      _ = FTPCommand(line)
      _ = FTPReply(line)
    }
  }
}
