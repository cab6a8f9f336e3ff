import Foundation
import Synchronization
import SentryProcesses
import SentryTestSupport
import Testing

@testable import SentryNotifier

/// What comes of a list, from servers in all moods.
@Suite(.enabled(if: ListServer.isPossible, "needs Python"))
struct ListFetchTests {
  private static let list = "192.0.2.1\n198.51.100.0/24\n"

  private func fetch(
    _ path: String, from server: ListServer, tag: String? = nil, lastModified: String? = nil, longest: Int = 1 << 20,
    patience: Int = 30
  ) async -> (bytes: String, ending: ListAnswer.Ending) {
    let order = ListOrder(
      url: server.url(path), tag: tag, lastModified: lastModified, longest: longest, patience: patience)
    let gathered = Mutex(Data())
    let ending = await ListFetch.fetch(order) { part in
      gathered.withLock { $0 += part }
      return true
    }
    return (String(decoding: gathered.withLock { $0 }, as: UTF8.self), ending)
  }

  private func failure(
    _ path: String, from server: ListServer, longest: Int = 1 << 20, patience: Int = 30
  ) async -> String? {
    let ending = await fetch(path, from: server, longest: longest, patience: patience).ending
    if case .failed(let text, _) = ending { return text }
    return nil
  }

  @Test func aListComesWithItsTagAndIsNotFetchedAgain() async throws {
    let server = try await ListServer(Self.list)
    let (bytes, ending) = await fetch("list", from: server)
    #expect(bytes == Self.list)
    guard case .complete(let tag?, nil) = ending else { throw ProcessError(name: "\(ending)", code: 0) }
    let again = await fetch("list", from: server, tag: tag)
    #expect(again.ending == .unchanged && again.bytes.isEmpty)
    #expect(server.requests == ["/list None", "/list \(tag)"])
    try server.serve("192.0.2.2\n")
    #expect(await fetch("list", from: server, tag: tag).bytes == "192.0.2.2\n")
  }

  /// RFC 9110 §10.2.3: digits, or a date.
  @Test(arguments: [
    ("0", 0), ("120", 120), ("86400", 86_400), ("86401", 86_400), ("99999999999999999999", 86_400), ("-5", nil),
    ("+5", nil), ("", nil), ("5 minutes", nil), ("Fri, 31 Dec 1999 23:59:59 GMT", nil),
  ])
  func retryAfterIsANumberOfSeconds(_ field: String, _ seconds: Int?) {
    #expect(ListFetch.retrySeconds(field) == seconds)
  }

  @Test func aTimeServesWhereThereIsNoTag() async throws {
    let server = try await ListServer(Self.list)
    let time = "Sun, 01 Feb 2026 10:00:00 GMT"
    #expect(await fetch("modified", from: server).ending == .complete(tag: nil, lastModified: time))
    #expect(await fetch("modified", from: server, lastModified: time).ending == .unchanged)
  }

  @Test func whatIsPackedIsUnpacked() async throws {
    let list = (0..<200_000).map { "198.51.\($0 >> 8 & 255).\($0 & 255)\n" }.joined()
    let server = try await ListServer(list)
    #expect(await fetch("gzip", from: server, longest: 8 << 20).bytes == list)
  }

  @Test func whatIsTooLongIsNoList() async throws {
    let server = try await ListServer(Self.list)
    #expect(await failure("list", from: server, longest: 20) == "it is longer than 20 bytes")
    #expect(await failure("bomb", from: server) == "it is longer than 1048576 bytes")
  }

  @Test(arguments: ["short", "half", "damaged"])
  func whatDoesNotComeWholeIsNoList(_ path: String) async throws {
    let server = try await ListServer(Self.list + String(repeating: "# a list of some length\n", count: 100))
    #expect(await failure(path, from: server) != nil)
  }

  @Test func aStatusThatIsNoSuccessIsTold() async throws {
    let server = try await ListServer(Self.list)
    #expect(await failure("missing", from: server) == "the answer is 404 Not Found")
    #expect(
      await fetch("busy", from: server).ending
        == .failed("the answer is 503 Service Unavailable", retrySeconds: 120))
  }

  @Test(arguments: ["slow", "drip"]) func aServerThatTakesTooLongIsLeft(_ path: String) async throws {
    let server = try await ListServer(Self.list)
    let ending = await fetch(path, from: server, patience: 1).ending
    #expect(ending == .failed("no answer in time", retrySeconds: nil))
  }

  @Test func redirectionsAreFollowedToPagesOnly() async throws {
    let server = try await ListServer(Self.list)
    #expect(await fetch("moved", from: server).bytes == Self.list)
    #expect(await failure("loop", from: server) == "more than 5 redirections")
    #expect(await failure("away", from: server) == "the answer leads to what is no page: file:///etc/passwd")
  }

  @Test func nobodyThereIsTold() async throws {
    let server = try await ListServer(Self.list)
    try await server.stop()
    let text = try #require(await failure("list", from: server))
    #expect(text.contains("no connection"), "\(text)")
  }

  /// Through the process, in many messages.
  @Test(.enabled(if: Program.sentry.isThere, "needs the built program"), .timeLimit(.minutes(12)))
  func aListOfMegabytesComesThroughTheProcess() async throws {
    let list = (0..<250_000).map { "198.51.\($0 >> 8 & 255).\($0 & 255)\n" }.joined()
    let server = try await ListServer(list)
    let client = try NotifierClient(
      Confinement(user: 65_534, group: 65_534),
      command: .init(path: Program.sentry.path, arguments: ["sentry", "notifier"]))
    let order = ListOrder(url: server.url("gzip"), longest: 8 << 20, patience: 30)
    try #require(client.send(NoticeRequest(number: 1, work: .list(order))) == .sent)
    var bytes = Data()
    for await reply in client.replies {
      if let part = reply.list?.bytes { bytes += part }
      if let ending = reply.list?.ending {
        #expect(ending == .complete(tag: nil, lastModified: nil))
        break
      }
    }
    #expect(String(decoding: bytes, as: UTF8.self) == list)
  }
}
