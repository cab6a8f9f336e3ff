import Hummingbird
import HummingbirdTesting
import SentryControl
import SentryPacket
import Testing

@testable import SentryService

/// Links that open the web pages.
@Suite struct WebDoorTests {
  private let start = Timestamp(seconds: 1_000)
  private let door = WebDoor()

  private func token(of user: String = "alice", at time: Timestamp) throws -> String {
    let link = try #require(door.link(for: user, now: time))
    #expect(link.url.hasPrefix("http://127.0.0.1:8787/#open="))
    return String(try #require(link.url.split(separator: "=").last))
  }

  @Test func linkIsTakenOnceByWhoAskedForIt() throws {
    door.address = "http://127.0.0.1:8787"
    let (first, second) = (try token(at: start), try token(of: "bob", at: start))
    #expect(first != second)
    #expect(door.take(first, now: start.adding(seconds: 299)) == "alice")
    #expect(door.take(first, now: start.adding(seconds: 299)) == nil)
    #expect(door.take(second, now: start.adding(seconds: 299)) == "bob")
  }

  @Test func oldLinkIsWorthNothing() throws {
    door.address = "http://127.0.0.1:8787"
    let token = try token(at: start)
    #expect(door.take(token, now: start.adding(seconds: 300)) == nil)
    #expect(door.take(token, now: start) == nil)
  }

  @Test(arguments: ["", "0", String(repeating: "0", count: 64), String(repeating: "é", count: 32)])
  func wrongTokenIsWorthNothing(_ text: String) throws {
    door.address = "http://127.0.0.1:8787"
    let token = try token(at: start)
    #expect(door.take(text, now: start) == nil)
    #expect(door.take(token, now: start) == "alice")
  }

  @Test func oldestLinkMakesWay() throws {
    door.address = "http://127.0.0.1:8787"
    let tokens = try (0..<17).map { _ in try token(at: start) }
    #expect(door.take(tokens[0], now: start) == nil)
    #expect(door.take(tokens[1], now: start) != nil)
    #expect(door.take(tokens[16], now: start) != nil)
  }

  @Test func nothingIsOpenedWherePagesAreNot() throws {
    #expect(door.link(for: "alice", now: start) == nil)
    door.address = "http://127.0.0.1:8787"
    let token = try token(at: start)
    door.address = nil
    #expect(door.take(token, now: start) == nil)
  }

  @Test func socketSaysHowToHavePages() async throws {
    try await withDaemon { daemon in
      try await Application(router: ControlServer.router(for: daemon)).test(.router) { client in
        let refusal = try await client.execute(uri: ControlPath.links, method: .post)
        #expect(refusal.status == .gone)
        #expect(String(buffer: refusal.body).contains("--web 127.0.0.1:8787"))
        #expect(try await daemon.status().web == nil)
        daemon.door.address = "http://127.0.0.1:8787"
        #expect(try await client.execute(uri: ControlPath.links, method: .post).status == .ok)
        #expect(try await client.execute(uri: ControlPath.links, method: .get).status == .methodNotAllowed)
        #expect(try await daemon.status().web == "http://127.0.0.1:8787")
      }
    }
  }
}
