import Testing

@testable import SentryService

private struct PlaceCase: Sendable, CustomTestStringConvertible {
  let testDescription: String, text: String
  var allowsRemote = false
  let result: Result<String, ListenPlace.Problem>
}

private struct AuthorityCase: Sendable, CustomTestStringConvertible {
  let testDescription: String, authority: String
  var place = "127.0.0.1:9797"
  let isAccepted: Bool
}

@Suite struct ListenPlaceTests {
  @Test(arguments: [
    PlaceCase(
      testDescription: "an address of the loopback interface", text: "127.0.0.1:9797",
      result: .success("127.0.0.1:9797")),
    PlaceCase(testDescription: "any of them", text: "127.8.0.1:80", result: .success("127.8.0.1:80")),
    PlaceCase(testDescription: "in brackets", text: "[::1]:9797", result: .success("[::1]:9797")),
    PlaceCase(testDescription: "by its name", text: "localhost:9797", result: .success("127.0.0.1:9797")),
    PlaceCase(testDescription: "the last port", text: "127.0.0.1:65535", result: .success("127.0.0.1:65535")),
    PlaceCase(testDescription: "one past it", text: "127.0.0.1:65536", result: .failure(.unreadable)),
    PlaceCase(testDescription: "a port with a sign", text: "127.0.0.1:+9797", result: .failure(.unreadable)),
    PlaceCase(testDescription: "without a port", text: "127.0.0.1", result: .failure(.unreadable)),
    PlaceCase(testDescription: "nothing before the port", text: ":9797", result: .failure(.unreadable)),
    PlaceCase(testDescription: "IPv6 without brackets", text: "::1:9797", result: .failure(.unreadable)),
    PlaceCase(testDescription: "a name", text: "example.org:9797", result: .failure(.unreadable)),
    PlaceCase(testDescription: "IPv4 in brackets", text: "[127.0.0.1]:9797", result: .failure(.unreadable)),
    PlaceCase(testDescription: "what others can reach", text: "192.0.2.1:9797", result: .failure(.remote)),
    PlaceCase(testDescription: "every address", text: "0.0.0.0:9797", result: .failure(.remote)),
    PlaceCase(
      testDescription: "what others can reach, on purpose", text: "192.0.2.1:9797", allowsRemote: true,
      result: .success("192.0.2.1:9797")),
    PlaceCase(
      testDescription: "every IPv6 address, on purpose", text: "[::]:9797", allowsRemote: true,
      result: .success("[::]:9797")),
  ])
  fileprivate func placeIsRead(_ c: PlaceCase) {
    let found = Result { () throws(ListenPlace.Problem) in
      try ListenPlace(c.text, allowsRemote: c.allowsRemote).text
    }
    #expect(found == c.result)
  }

  @Test(arguments: [
    AuthorityCase(testDescription: "the address itself", authority: "127.0.0.1:9797", isAccepted: true),
    AuthorityCase(testDescription: "another port, as through a tunnel", authority: "localhost:8080", isAccepted: true),
    AuthorityCase(testDescription: "IPv6", authority: "[::1]:9797", isAccepted: true),
    AuthorityCase(testDescription: "without a port", authority: "LOCALHOST", isAccepted: true),
    AuthorityCase(testDescription: "with the root's dot", authority: "localhost.:9797", isAccepted: true),
    AuthorityCase(testDescription: "a web page's own name", authority: "evil.example:9797", isAccepted: false),
    AuthorityCase(
      testDescription: "a name that begins like ours", authority: "localhost.evil.example", isAccepted: false),
    AuthorityCase(
      testDescription: "this host's name, which others know", authority: "gate.example.org", isAccepted: false),
    AuthorityCase(testDescription: "nothing", authority: "", isAccepted: false),
    AuthorityCase(testDescription: "an open bracket", authority: "[::1", isAccepted: false),
    AuthorityCase(
      testDescription: "an address where others may ask", authority: "192.0.2.1:9797", place: "192.0.2.1:9797",
      isAccepted: true),
    AuthorityCase(
      testDescription: "this host's name where others may ask", authority: "Gate.Example.org:9797",
      place: "192.0.2.1:9797", isAccepted: true),
    AuthorityCase(
      testDescription: "its first part", authority: "gate:9797", place: "192.0.2.1:9797", isAccepted: true),
    AuthorityCase(
      testDescription: "a web page's own name where others may ask", authority: "evil.example",
      place: "192.0.2.1:9797", isAccepted: false),
  ])
  fileprivate func hostIsChecked(_ c: AuthorityCase) throws {
    let place = try ListenPlace(c.place, allowsRemote: true)
    #expect(place.accepts(authority: c.authority, hostName: "gate.example.org") == c.isAccepted)
  }
}
