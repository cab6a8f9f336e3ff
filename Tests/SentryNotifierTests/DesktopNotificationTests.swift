import Foundation
import SentryProcesses
import SentryTestSupport
import Testing

@testable import SentryNotifier

/// A message bus of a session, and a desktop that writes down what it is to show.
@Suite(
  .enabled(
    if: geteuid() == 0 && Program.sentry.isThere
      && ["dbus-daemon", "setpriv", "python3"].allSatisfy { Program($0).isThere },
    "needs root, the built program, dbus-daemon, setpriv and Python"))
struct DesktopNotificationTests {
  private static let nobody: UInt32 = 65_534
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.setMode(0o777, of: folder.url.path)
  }

  private func start(_ program: String, _ arguments: String...) throws -> RunningProgram {
    try Program("setpriv").start(
      ["--reuid", "\(Self.nobody)", "--regid", "\(Self.nobody)", "--clear-groups", Program(program).path] + arguments)
  }

  private var bus: String { folder.path("bus") }

  private func startBus() async throws -> RunningProgram {
    let program = try start("dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=unix:path=\(bus)")
    try await waitUntil("the bus listens") { FileManager.default.fileExists(atPath: bus) }
    return program
  }

  /// Speaks D-Bus by itself: signs on, takes the name, answers one call, and writes its body's strings down.
  private func startDesktop() async throws -> RunningProgram {
    let program = try start(
      "python3", "-c",
      """
      import socket, struct, json, os
      bus = socket.socket(socket.AF_UNIX); bus.connect('\(bus)')
      bus.sendall(b'\\0AUTH EXTERNAL ' + str(os.geteuid()).encode().hex().encode() + b'\\r\\n')
      assert bus.recv(100).startswith(b'OK')
      bus.sendall(b'BEGIN\\r\\n')
      def pad(data, size): return data + b'\\0' * (-len(data) % size)
      def string(text): return struct.pack('<I', len(text)) + text.encode() + b'\\0'
      def message(kind, serial, fields, body=b''):
        array = b''
        for code, signature, value in fields:
          array = pad(array, 8) + bytes([code, 1]) + signature.encode() + b'\\0'
          array += struct.pack('<I', value) if signature == 'u' else (
            bytes([len(value)]) + value.encode() + b'\\0' if signature == 'g' else string(value))
        return pad(b'l' + bytes([kind, 0, 1]) + struct.pack('<III', len(body), serial, len(array)) + array, 8) + body
      def call(serial, member, fields=[], body=b''):
        bus.sendall(message(1, serial, [(1, 'o', '/org/freedesktop/DBus'), (2, 's', 'org.freedesktop.DBus'),
          (3, 's', member), (6, 's', 'org.freedesktop.DBus')] + fields, body))
      def read(count):
        data = b''
        while len(data) < count: data += bus.recv(count - len(data))
        return data
      call(1, 'Hello')
      name = string('org.freedesktop.Notifications')
      call(2, 'RequestName', [(8, 'g', 'su')], pad(name, 4) + struct.pack('<I', 0))
      while True:
        head = read(16)
        size, serial, fields = struct.unpack('<III', head[4:16])
        header = read(-(-fields // 8) * 8); body = read(size)
        if head[1] == 2 and struct.pack('<I', 2) in header: open('\(folder.path("ready"))', 'w').close()
        if head[1] == 1:
          place = header.index(b':1.'); sender = header[place:header.index(b'\\0', place)].decode()
          strings = []; at = 0
          for kind in 'susss':
            at = -(-at // 4) * 4; number, = struct.unpack_from('<I', body, at); at += 4
            if kind == 's': strings.append(body[at:at + number].decode()); at += number + 1
          json.dump({'strings': strings, 'rest': body[at:].hex(), 'urgent': b'urgency' in body},
            open('\(folder.path("new"))', 'w'))
          os.rename('\(folder.path("new"))', '\(folder.path("shown"))')
          bus.sendall(message(2, 9, [(5, 'u', serial), (6, 's', sender), (8, 'g', 'u')], struct.pack('<I', 1)))
      """)
    try await waitUntil("the desktop has its name") {
      guard program.isRunning else { throw ProcessError(name: program.errors, code: 0) }
      return FileManager.default.fileExists(atPath: folder.path("ready"))
    }
    return program
  }

  private func show(_ text: String, bus: String, user: UInt32 = nobody) async throws -> NoticeReply? {
    let client = try NotifierClient(
      Confinement(user: user, group: user),
      command: .init(path: Program.sentry.path, arguments: ["sentry", "notifier"]))
    let order = DesktopOrder(title: "Sentry Security Alert", text: text, bus: bus)
    try #require(client.send(NoticeRequest(number: 1, work: .desktop(order))) == .sent)
    for await reply in client.replies { return reply }
    return nil
  }

  private struct Shown: Decodable {
    var strings: [String]
    var urgent: Bool
  }

  @Test(.timeLimit(.minutes(12))) func theDesktopShowsIt() async throws {
    let bus = try await startBus()
    let desktop = try await startDesktop()
    let reply = try await show("Alert rule 2.1 <b>ü</b> & \u{1B}[2J\nTCP a --> b", bus: self.bus)
    #expect(reply?.isDone == true, "\(reply?.text ?? "")")
    let shown = try JSONDecoder().decode(Shown.self, from: Data(folder.text("shown").utf8))
    #expect(
      shown.strings == [
        "sentry", "security-high", "Sentry Security Alert",
        "Alert rule 2.1 &lt;b&gt;ü&lt;/b&gt; &amp;  [2J\nTCP a --&gt; b",
      ])
    #expect(shown.urgent)
    withExtendedLifetime((bus, desktop)) {}
  }

  @Test(.timeLimit(.minutes(12))) func aSessionWithoutADesktopSaysSo() async throws {
    let bus = try await startBus()
    let reply = try await show("text", bus: self.bus)
    #expect(reply?.isDone == false)
    #expect(reply?.text?.contains("org.freedesktop.DBus.Error.") == true, "\(reply?.text ?? "")")
    withExtendedLifetime(bus) {}
  }

  /// Nobody else than its user.
  @Test(.timeLimit(.minutes(12))) func theBusOfAnotherIsClosed() async throws {
    let bus = try await startBus()
    try folder.setMode(0o777, of: self.bus)
    #expect(try await show("text", bus: self.bus, user: 65_533)?.isDone == false)
    #expect(try await show("text", bus: folder.path("nowhere"))?.text?.contains("no connection") == true)
    withExtendedLifetime(bus) {}
  }
}
