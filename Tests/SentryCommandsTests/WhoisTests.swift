import Foundation
import NIOCore
import NIOPosix
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryCommands

/// `sentry triggered whois` against servers of our own on loopback.
@Suite struct WhoisTests {
  /// Answers every line with `answer`, which is given the line, and ends the connection.
  private static func withServer(
    _ answer: @escaping @Sendable (String) -> String, _ body: (Int) async throws -> Void
  ) async throws {
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    let port = try #require(server.channel.localAddress?.port)
    let serving = Task {
      try await server.executeThenClose { clients in
        for try await client in clients {
          try? await client.executeThenClose { inbound, outbound in
            for try await question in inbound {
              try await outbound.write(ByteBuffer(string: answer(String(buffer: question))))
              return
            }
          }
        }
      }
    }
    defer { serving.cancel() }
    try await body(port)
  }

  @Test func `the question is one line, and where IANA or ARIN send us is asked next`() async throws {
    try await Self.withServer({ "inetnum: asked \($0.debugDescription)\r\n" }) { last in
      for line in ["refer:        127.0.0.1:\(last)", "ReferralServer:  whois://127.0.0.1:\(last)"] {
        try await Self.withServer({ _ in "% a comment\n\(line)\n" }) { first in
          let run = try await Program.sentry.run([
            "triggered", "whois", "203.0.113.9", "--server", "127.0.0.1:\(first)",
          ])
          #expect(run.status == 0)
          #expect(run.output.hasPrefix("% From 127.0.0.1:\(last)\ninetnum: asked \"203.0.113.9\\r\\n\"\n"))
        }
      }
    }
  }

  @Test func `who is not there leaves the answer before, or ends with why`() async throws {
    try await Self.withServer({ _ in "refer: 127.0.0.1:1024\ninetnum: 203.0.113.0\n" }) { port in
      let run = try await Program.sentry.run(
        ["triggered", "whois", "203.0.113.0/24", "--server", "127.0.0.1:\(port)", "--format", "json"])
      #expect(run.status == 0)
      #expect(run.output.contains("inetnum: 203.0.113.0"))
      #expect(run.output.contains("127.0.0.1:1024 does not answer"))
    }
    let run = try await Program.sentry.run(["triggered", "whois", "203.0.113.9", "--server", "127.0.0.1:1024"])
    #expect(run.status == ExitStatus.inputOutput.rawValue)
    #expect(run.errors.contains("127.0.0.1:1024"))
  }

  @Test func `an answer that is cut says so`() async throws {
    let long = String(repeating: "remarks: long\n", count: 30_000)
    try await Self.withServer({ _ in long }) { port in
      let run = try await Program.sentry.run(["triggered", "whois", "203.0.113.9", "--server", "127.0.0.1:\(port)"])
      #expect(run.status == 0)
      #expect(run.output.hasSuffix("\n\n% The answer is not whole: it is longer than 256 KB.\n"))
    }
    try await Self.withServer({ _ in "remarks: short\n" }) { port in
      let run = try await Program.sentry.run(["triggered", "whois", "203.0.113.9", "--server", "127.0.0.1:\(port)"])
      #expect(!run.output.contains("not whole"))
    }
  }

  @Test func `an answer cannot steer the terminal`() async throws {
    try await Self.withServer({ _ in "remarks: \u{1B}[2J\u{7}\u{202E}gnp\n" }) { port in
      let run = try await Program.sentry.run(["triggered", "whois", "203.0.113.9", "--server", "127.0.0.1:\(port)"])
      #expect(run.output.contains("remarks: "))
      #expect(!run.output.unicodeScalars.contains { $0.value == 0x1B || $0.value == 7 || $0.value == 0x202E })
    }
  }

  @Test(arguments: [
    ("whois.ripe.net", true), ("whois.ripe.net:43", true), ("[2001:db8::1]:4343", true), ("2001:db8::1", true),
    ("whois.ripe.net:25", false), ("127.0.0.1:22", false), ("", false), ("a b", false), ("a/b", false),
    ("host:65536", false), ("host:", false),
  ])
  func `servers are hosts, and ports where no other service listens`(text: String, isServer: Bool) {
    #expect((WhoisClient.Server(text) != nil) == isServer)
  }

  @Test func `a server that sends us around in circles is asked once`() async throws {
    let asked = Counter()
    try await Self.withServer({ _ in
      asked.count()
      return "refer: 127.0.0.1:\(asked.port)\n"
    }) { port in
      asked.port = port
      let run = try await Program.sentry.run(["triggered", "whois", "203.0.113.9", "--server", "127.0.0.1:\(port)"])
      #expect(run.status == 0)
    }
    #expect(asked.value == 1)
  }
}

/// How often a server was asked, and its own port.
private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var number = 0
  private var ownPort = 0

  var port: Int {
    get { lock.withLock { ownPort } }
    set { lock.withLock { ownPort = newValue } }
  }

  var value: Int { lock.withLock { number } }

  func count() { lock.withLock { number += 1 } }
}
