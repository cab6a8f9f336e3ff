import SentryPacket
import Testing

@testable import SentryCommands

@Test(
  arguments: [
    (["192.0.2.1"], ["local: 192.0.2.1 (in most packets; --local says otherwise)"]),
    (
      ["192.168.100.100", "2001:db8:1111:2222:3333:4444:5555:6666"],
      ["local: 192.168.100.100, 2001:db8:1111:2222:3333:4444:5555:6666 (in most packets;", "--local says otherwise)"]
    ),
  ])
func theGuessFitsInto80Columns(addresses: [String], lines: [String]) throws {
  let notice = LocalGuess.notice(of: try addresses.map { try #require(IPAddress($0)) })
  #expect(notice.split(separator: "\n").map(String.init) == lines)
}
