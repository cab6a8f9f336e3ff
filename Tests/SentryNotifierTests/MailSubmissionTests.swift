import Foundation
import SentryTestSupport
import Testing

@testable import SentryNotifier

/// A mail server that writes down what is said to it.
@Suite(.enabled(if: Program("python3").isThere, "needs Python"))
struct MailSubmissionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// - Parameters:
  ///   - refusal: how it answers a recipient.
  ///   - newGreeting: how it answers EHLO.
  private func startServer(
    refusal: String = "250 fine", newGreeting: String = "250-sink\\r\\n250 8BITMIME"
  ) async throws -> (RunningProgram, MailOrder.Server) {
    let server = try Program("python3").start([
      "-c",
      """
      import os, socket
      listener = socket.create_server(('127.0.0.1', 0))
      with open('\(folder.path("port.new"))', 'w') as file: file.write(str(listener.getsockname()[1]))
      os.rename('\(folder.path("port.new"))', '\(folder.path("port"))')
      connection, _ = listener.accept()
      stream = connection.makefile('rwb', buffering=0)
      def say(text): stream.write(text.encode() + b'\\r\\n')
      say('220-welcome\\r\\n220 sink')
      commands = []; mail = b''
      while True:
        line = stream.readline()
        commands.append(line)
        word = line[:4].upper()
        if word == b'EHLO': say('\(newGreeting)')
        elif word == b'RCPT': say('\(refusal)')
        elif word == b'DATA':
          say('354 go on')
          while (line := stream.readline()) != b'.\\r\\n': mail += line[1:] if line[:1] == b'.' else line
          say('250 taken')
        elif word == b'QUIT' or not line: break
        else: say('250 fine')
      open('\(folder.path("commands"))', 'wb').write(b''.join(commands))
      open('\(folder.path("mail"))', 'wb').write(mail)
      """,
    ])
    try await waitUntil("the server listens") { !folder.text("port").isEmpty }
    return (server, try #require(MailOrder.Server("127.0.0.1:\(folder.text("port"))")))
  }

  private func order(_ server: MailOrder.Server, body: String) -> MailOrder {
    MailOrder(
      way: .server(server), sender: "gate@example.org", recipients: ["a@example.org", "b@example.org"],
      subject: "Alert", body: body, time: 0, host: "gate.example.org")
  }

  @Test(arguments: ["one\n.\n..two\nthree\n", "Grüße\n"])
  func theServerTakesIt(_ body: String) async throws {
    let (program, server) = try await startServer()
    #expect(await Sendmail.send(order(server, body: body)) == .done())
    #expect(try await program.waitForEnd(within: .seconds(20)).status == 0)
    #expect(
      folder.text("commands")
        == """
        EHLO gate.example.org\r
        MAIL FROM:<gate@example.org>\r
        RCPT TO:<a@example.org>\r
        RCPT TO:<b@example.org>\r
        DATA\r
        \u{1A}
        """.replacing("\u{1A}", with: "QUIT\r\n"))
    let mail = try await MailTextTests.parsed(folder.text("mail").replacing("\r\n", with: "\n"))
    #expect(mail.body == body)
    #expect(mail.headers["to"] == "a@example.org, b@example.org")
  }

  /// The administrator's mailbox is named in full, and a server of the older kind is greeted its way.
  @Test func anOldServerTakesAMailForTheAdministrator() async throws {
    let (program, server) = try await startServer(newGreeting: "502 what?")
    var order = order(server, body: "one\n")
    (order.sender, order.recipients) = (nil, [])
    #expect(await Sendmail.send(order) == .done())
    #expect(try await program.waitForEnd(within: .seconds(20)).status == 0)
    let lines = folder.text("commands").replacing("\r\n", with: "\n").split(separator: "\n")
    #expect(
      lines == [
        "EHLO gate.example.org", "HELO gate.example.org", "MAIL FROM:<root@gate.example.org>",
        "RCPT TO:<root@gate.example.org>", "DATA", "QUIT",
      ])
    let mail = try await MailTextTests.parsed(folder.text("mail").replacing("\r\n", with: "\n"))
    #expect(mail.headers["to"] == "root@gate.example.org")
  }

  /// It listens to the one address of the name only.
  @Test func allAddressesOfAServerAreTried() async throws {
    let (program, server) = try await startServer()
    let addresses = try ["127.0.0.9", "127.0.0.1"].map { try #require(HostLookup.find($0).get().first) }
    let outcome = await Blocking.run { [order = order(server, body: "one\n")] in
      MailSubmission.submit(order, to: addresses.map { $0.with(port: server.port) }, of: "a", .now + .seconds(20))
    }
    #expect(outcome == .done())
    #expect(try await program.waitForEnd(within: .seconds(20)).status == 0)
  }

  /// However often it sends a byte: the whole dialogue has one deadline.
  @Test(.timeLimit(.minutes(12)), arguments: ["time.sleep(1000)", "connection.send(b'2'); time.sleep(0.05)"])
  func whoeverAnswersWithoutEndIsNotWaitedForForEver(_ step: String) async throws {
    let program = try Program("python3").start([
      "-c",
      """
      import os, socket, time
      listener = socket.create_server(('127.0.0.1', 0))
      with open('\(folder.path("port.new"))', 'w') as file: file.write(str(listener.getsockname()[1]))
      os.rename('\(folder.path("port.new"))', '\(folder.path("port"))')
      connection, _ = listener.accept()
      while True: \(step)
      """,
    ])
    try await waitUntil("the server listens") { !folder.text("port").isEmpty }
    let server = try #require(MailOrder.Server("127.0.0.1:\(folder.text("port"))"))
    let outcome = await MailSubmission.send(order(server, body: ""), to: server, within: .seconds(1))
    #expect(outcome.failure?.hasSuffix(" in time") == true)
    withExtendedLifetime(program) {}
  }

  @Test func itsRefusalIsTold() async throws {
    let (program, server) = try await startServer(refusal: "550 no such user\u{7}")
    #expect(
      await Sendmail.send(order(server, body: "")).failure
        == "127.0.0.1:\(server.port): it says: 550 no such user ")
    withExtendedLifetime(program) {}
  }

  @Test func aServerThatIsNotThereIsNamed() async throws {
    let (program, server) = try await startServer()
    try await program.kill()
    #expect(
      await Sendmail.send(order(server, body: "")).failure
        == "127.0.0.1:\(server.port): no connection: Connection refused")
  }

  @Test(
    arguments: [
      ("mail.example.org", "mail.example.org", 25), ("192.0.2.25:587", "192.0.2.25", 587),
      ("[2001:db8::25]", "2001:db8::25", 25), ("[2001:db8::25]:26", "2001:db8::25", 26), ("localhost", "localhost", 25),
    ] as [(String, String, UInt16)])
  func serversAreNamed(_ text: String, _ host: String, _ port: UInt16) {
    let server = MailOrder.Server(text)
    #expect(server?.host == host && server?.port == port)
  }

  @Test(arguments: ["", "a b", "mail.example.org:0", "mail.example.org:x", "mail.example.org/x", "user@mail", "1.2.3"])
  func othersAreNoServers(_ text: String) { #expect(MailOrder.Server(text) == nil) }
}
