import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import SentryControl
import SentryPacket
import SentryState
import Testing

@testable import SentryService

/// The address tables as people change them, through the daemon and through its control API.
@Suite struct TableRequestTests {
  private func ranges(_ texts: String...) throws -> [AddressRange] { try texts.map { try AddressRange($0) } }

  @Test func whatSomebodyEntersIsInForceForTheNextPacket() async throws {
    try await withDaemon(Self.blocking) { daemon in
      let reply = try await daemon.add(
        try ranges("203.0.113.0/24"), to: .trigger, duration: .unlimited, note: "call from the provider")
      #expect(reply == TableAddReply(table: "trigger", added: 1, replaced: 0, evicted: 0, duration: nil))
      try await daemon.judge(Packets.udp(from: "203.0.113.77"), count: 2)
      let entry = try #require(try await daemon.table(.trigger).entries.first)
      #expect(entry.address == "203.0.113.0/24")
      #expect(entry.triggeredBy == "call from the provider")
      #expect(entry.matchCount == 2)
      #expect(entry.duration == nil)
      #expect(abs(Double(entry.lastTime) - Date().timeIntervalSince1970) < 60)
      #expect(try await daemon.status().verdicts["delete"] == 2)
    }
  }

  private static let blocking = """
    { rules = ( { enabled = 1; propertyName = Include; propertyValue = trigger; filterActionName = Delete; } );
      settings = { triggerDuration = 1234; addressCapacity = 3; }; }
    """

  /// One that is put back, or gets another duration, goes on counting.
  @Test(arguments: ["203.0.113.0/24", "203.0.113.77"])
  func anEntryKeepsTheCountThatIsSaid(_ address: String) async throws {
    try await withAPI(Self.blocking) { api in
      let wanted = TableAddRequest(addresses: [address], duration: "1h", note: "x", matchCount: 39)
      for _ in 1...2 {
        let _: TableAddReply = try await api.post("\(ControlPath.tables)/trigger", wanted)
        let entry = try #require(try await api.daemon.table(.trigger).entries.first)
        #expect(entry.matchCount == 39 && entry.duration == 3_600)
      }
      try await api.daemon.judge(Packets.udp(from: "203.0.113.77"))
      #expect(try await api.daemon.table(.trigger).entries.first?.matchCount == 40)
    }
  }

  @Test func withoutADurationTheDocumentsCounts() async throws {
    try await withDaemon(Self.blocking) { daemon in
      _ = try await daemon.add(try ranges("192.0.2.1"), to: .authorize, duration: nil, note: "x")
      #expect(try await daemon.table(.authorize).entries.map(\.duration) == [1_234])
    }
  }

  @Test func whatIsKeptOfANoteFitsALine() async throws {
    try await withDaemon { daemon in
      let note = "first\nsecond\t\u{1B}[31m " + String(repeating: "ü", count: 40)
      _ = try await daemon.add(try ranges("192.0.2.1"), to: .trigger, duration: nil, note: note)
      let kept = try #require(try await daemon.table(.trigger).entries.first).triggeredBy
      #expect(kept.hasPrefix("first second  [31m üü"))
      #expect(kept.utf8.count <= 47 && kept.utf8.count >= 46)
    }
  }

  @Test func removingTellsWhatWasThere() async throws {
    try await withDaemon { daemon in
      _ = try await daemon.add(try ranges("192.0.2.1", "192.0.2.10-20"), to: .trigger, duration: nil, note: "x")
      let reply = try await daemon.remove(
        try ranges("192.0.2.1", "192.0.2.2", "192.0.2.10-192.0.2.20"), from: .trigger)
      #expect(
        reply
          == TableRemoveReply(
            table: "trigger", removed: ["192.0.2.1", "192.0.2.10-192.0.2.20"], missing: ["192.0.2.2"]))
      #expect(try await daemon.table(.trigger).entries.isEmpty)
    }
  }

  @Test func clearingEmptiesOneTable() async throws {
    try await withDaemon { daemon in
      _ = try await daemon.add(try ranges("192.0.2.1", "192.0.2.0/24"), to: .trigger, duration: nil, note: "x")
      _ = try await daemon.add(try ranges("192.0.2.1"), to: .address, duration: nil, note: "x")
      #expect(try await daemon.clear(.trigger) == TableClearReply(table: "trigger", removed: 2))
      #expect(try await daemon.table(.trigger).entries.isEmpty)
      #expect(try await daemon.table(.address).entries.count == 1)
    }
  }

  @Test func eachOfTheseIsInTheLog() async throws {
    try await withDaemon { daemon in
      _ = try await daemon.add(try ranges("192.0.2.1"), to: .trigger, duration: nil, note: "me")
      _ = try await daemon.remove(try ranges("192.0.2.1"), from: .trigger)
      _ = try await daemon.clear(.invalid)
      #expect(
        daemon.journal.recent().map(\.message) == [
          "192.0.2.1 entered into table trigger: me", "192.0.2.1 removed from table trigger",
          "table invalid cleared: 0 entries removed",
        ])
    }
  }

  // MARK: Lists

  @Test func aListFillsSeveralTablesAndSaysWhatItLeftOut() async throws {
    try await withDaemon { daemon in
      let text = "# of today\n192.0.2.1\n192.0.2.0/24\tauthorize\toffice\t0\nnonsense\n192.0.2.2\tfriends\n"
      let reply = try await daemon.importList(
        Array(text.utf8), name: "my.tsv", table: .trigger, note: nil, duration: nil)
      #expect(
        reply.tables == [
          TableAddReply(table: "trigger", added: 1, replaced: 0, evicted: 0),
          TableAddReply(table: "authorize", added: 1, replaced: 0, evicted: 0),
        ])
      #expect(reply.rejected == 2)
      #expect(reply.findings.map(\.file) == ["my.tsv", "my.tsv"])
      #expect(reply.findings.map(\.line) == [4, 5])
      #expect(reply.findings.map(\.column) == [1, 11])
      #expect(try await daemon.table(.trigger).entries.map(\.triggeredBy) == ["of today"])
    }
  }

  @Test func whatDoesNotFitIsCounted() async throws {
    try await withDaemon(Self.blocking) { daemon in
      let text = (1...5).map { "192.0.2.\($0)\n" }.joined()
      let reply = try await daemon.importList(
        Array(text.utf8), name: "my.tsv", table: .trigger, note: nil, duration: nil)
      #expect(reply.tables == [TableAddReply(table: "trigger", added: 5, replaced: 0, evicted: 2)])
    }
  }

  @Test func anExportedTableIsImportedAsItWas() async throws {
    let text = """
      0.0.0.1\ttrigger\tby hand\t0
      192.0.2.0/24\ttrigger\tlist of störer\t7200s
      192.0.2.10-192.0.2.20\ttrigger\tby hand\t3
      203.0.113.9\ttrigger\t1 telnet\t3
      2001:db8:0:1::/64\ttrigger\t2\t5
      2001:db8:0:1::7\ttrigger\t2\t5
      198.51.100.0/25\tauthorize\toffice\t6

      """
    try await withDaemon { daemon in
      _ = try await daemon.importList(
        Array(text.replacing("\n", with: "\r\n").utf8), name: "a", table: .invalid, note: "x", duration: .unlimited)
      #expect(try await daemon.list(of: AddressTableKind.allCases).text() == text)
    }
  }

  @Test func aListLongerThanOneRequestIsPutInWhole() async throws {
    try await withDaemon { daemon in
      let text = (0..<10_000).map { "10.\($0 >> 8).\($0 & 255).0-9\n" }.joined()
      let reply = try await daemon.importList(
        Array(text.utf8), name: "a", table: .trigger, note: nil, duration: .unlimited)
      #expect(reply.tables == [TableAddReply(table: "trigger", added: 10_000, replaced: 0, evicted: 0)])
      let entries = try await daemon.table(.trigger).entries
      #expect(entries.count == 10_000)
      #expect(entries.last?.address == "10.39.15.0-10.39.15.9")
    }
  }

  // MARK: The control API

  private func withClient(_ body: @Sendable (any TestClientProtocol) async throws -> Void) async throws {
    try await withDaemon { daemon in
      try await Application(router: ControlServer.router(for: daemon)).test(.router) { try await body($0) }
    }
  }

  @Test func tablesAreChangedByRequests() async throws {
    try await withClient { client in
      let path = "\(ControlPath.tables)/trigger"
      func decoded<Reply: Decodable>(_ response: TestResponse, as type: Reply.Type) throws -> Reply {
        try JSONDecoder().decode(type, from: Data(response.body.readableBytesView))
      }
      let add = try await client.execute(
        uri: path, method: .post,
        body: ByteBuffer(string: #"{"addresses":["203.0.113.0/24","2001:db8::1"],"duration":"10m"}"#))
      #expect(try decoded(add, as: TableAddReply.self).added == 2)
      let list = try decoded(try await client.execute(uri: path, method: .get), as: TableReply.self)
      #expect(list.entries.map(\.address) == ["203.0.113.0/24", "2001:db8::1"])
      #expect(list.entries.map(\.duration) == [600, 600])
      #expect(list.entries.map(\.triggeredBy) == ["by hand", "by hand"])
      let removal = try await client.execute(
        uri: path, method: .delete, body: ByteBuffer(string: #"{"addresses":["2001:db8::1"]}"#))
      #expect(try decoded(removal, as: TableRemoveReply.self).removed == ["2001:db8::1"])
      let unclear = try await client.execute(uri: path, method: .delete)
      #expect(unclear.status == .badRequest)
      #expect(unclear.failure.contains(#"{"all": true}"#))
      let clear = try await client.execute(uri: path, method: .delete, body: ByteBuffer(string: #"{"all":true}"#))
      #expect(try decoded(clear, as: TableClearReply.self).removed == 1)
    }
  }

  @Test func listsAreTextBothWays() async throws {
    try await withClient { client in
      let put = try await client.execute(
        uri: "\(ControlPath.lists)?name=a.tsv&table=authorize&note=office&duration=1h", method: .put,
        body: ByteBuffer(string: "192.0.2.1\r\nnonsense\r\n"))
      #expect(put.status == .ok)
      let reply = try JSONDecoder().decode(TableImportReply.self, from: Data(put.body.readableBytesView))
      #expect(reply.rejected == 1)
      for table in ["authorize", "all"] {
        let list = try await client.execute(uri: "\(ControlPath.lists)/\(table)", method: .get)
        #expect(String(buffer: list.body) == "192.0.2.1\tauthorize\toffice\t3\n")
      }
      let other = try await client.execute(uri: "\(ControlPath.lists)/trigger", method: .get)
      #expect(other.status == .ok)
      #expect(other.body.readableBytes == 0)
    }
  }
}
