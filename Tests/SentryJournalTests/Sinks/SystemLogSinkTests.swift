import Foundation
import SentryTestSupport
import Testing

@testable import SentryJournal

/// What is written to syslog and to the journal, read at the other end of their sockets.
@Suite struct SyslogSinkTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("log")
  }

  private func sink(_ form: LogFormatName = .text) -> any LogSink {
    LogDestination(.syslog(path), form: form).sink(SampleEntries.place, rotation: LogRotation())
  }

  /// Facility 3 is `daemon`; severities are 4 (warning), 5 (notice) and 6 (informational): RFC 3164 §4.1.1.
  @Test func `priority, time, and program with its number begin a line`() throws {
    let reader = try DatagramReader(at: path)
    var passed = try SampleEntries.packet()
    passed.action = "packet logged"
    var told = passed
    told.action = "Email notification"
    let entries = [try SampleEntries.packet(), passed, told, SampleEntries.message]
    #expect(sink().write(entries, now: 0) == SinkOutcome(written: 4))
    let packet = "2.1.5.1 telnet probe  TCP 203.0.113.9:1024 -> 192.0.2.10:23 in via eth0 60 bytes  "
    let header = "May  6 07:08:09 sentry[\(getpid())]: "
    #expect(
      reader.all().map { String(decoding: $0, as: UTF8.self) } == [
        "<28>\(header)packet dropped \(packet)", "<30>\(header)packet logged \(packet)",
        "<28>\(header)Email notification \(packet)", "<29>\(header)firewall on",
      ])
  }

  private static let tooLarge = "an entry is too large for its reader's socket"

  /// More than a socket has room for, unless somebody has made that larger than it is anywhere.
  @Test func `an entry too large for a datagram keeps no other back`() throws {
    let reader = try DatagramReader(at: path)
    let sink = DatagramSink(path: path)
    let sizes = [3, 64 << 20, 2, 64 << 20]
    var next = sizes.makeIterator()
    let outcome = sink.write(sizes.map { _ in SampleEntries.message }) { _ in
      next.next().map { Array(repeating: 0x2E, count: $0) }
    }
    #expect(outcome == SinkOutcome(written: 4, problem: Self.tooLarge, lost: 2))
    #expect(reader.all().map(\.count) == [3, 2])
    // Also where it is the first that is sent.
    #expect(
      DatagramSink(path: path).write([SampleEntries.message]) { _ in Array(repeating: 0x2E, count: 64 << 20) }
        == SinkOutcome(written: 1, problem: Self.tooLarge, lost: 1))
  }

  /// As the daemon that keeps the system's log writes them: with the host's name, without the priority.
  @Test(arguments: [LogFormatName.text, .plist, .eve, .json])
  func `a line of the system's log reads back`(form: LogFormatName) throws {
    let reader = try DatagramReader(at: path)
    let entries = [try SampleEntries.packet(), SampleEntries.message]
    #expect(sink(form).write(entries, now: 0) == SinkOutcome(written: 2))
    let lines = try reader.all().map { try systemLogLine(String(decoding: $0, as: UTF8.self)) }
    #expect(lines.map { LogReader(SampleEntries.place).read($0[...]) } == entries.map { .entry($0) })
  }

  @Test func `in ipfw's form the system's log has ipfw's lines`() throws {
    let reader = try DatagramReader(at: path)
    #expect(
      try sink(.ipfw).write([SampleEntries.message, SampleEntries.packet()], now: 0) == SinkOutcome(written: 2))
    let lines = try reader.all().map { try systemLogLine(String(decoding: $0, as: UTF8.self)) }
    #expect(
      lines == [
        "May  6 07:08:09 gw sentry[\(getpid())]: ipfw: 2.1.5.1 Deny TCP 203.0.113.9:1024 192.0.2.10:23 in via eth0"
      ])
    guard case .entry(let entry) = LogReader(SampleEntries.place).read(try #require(lines.first)[...]) else {
      Issue.record("not read")
      return
    }
    #expect(entry.source == "203.0.113.9:1024")
    #expect(entry.action == "packet dropped")
  }

  private func systemLogLine(_ datagram: String) throws -> String {
    let (time, rest) = (datagram.drop { $0 != ">" }.dropFirst().prefix(16), datagram.drop { $0 != ">" }.dropFirst(17))
    return "\(time)gw \(rest)"
  }

  @Test func `the daemon's own lines in the system's log are no packets`() {
    let reader = LogReader(SampleEntries.place)
    #expect(reader.read("May  6 07:08:09 gw sshd[12]: packet dropped 2.1  ") == .other)
    #expect(reader.read("May  6 07:08:09 gw sentry: what is this") == .other)
    #expect(reader.read("May  6 07:08:09 gw sentry[12") == .other)
  }

  @Test func `control characters do not divide a line, nor does a long one`() throws {
    let reader = try DatagramReader(at: path)
    let parameter = "a\nb\u{1B}[2J" + String(repeating: "é", count: 10_000)
    #expect(try sink().write([SampleEntries.packet(parameter: parameter)], now: 0) == SinkOutcome(written: 1))
    let datagram = try #require(reader.next())
    #expect((8_190...8_192).contains(datagram.count))
    #expect(String(validating: datagram, as: UTF8.self) != nil)
    #expect(!datagram.contains(10))
    #expect(!datagram.contains(0x1B))
  }

  @Test func `nobody there, then somebody, then somebody else`() throws {
    let sink = sink()
    let entries = try SampleEntries.packets(3)
    #expect(sink.write([entries[0]], now: 0) == SinkOutcome(written: 0, problem: "No such file or directory"))
    do {
      let reader = try DatagramReader(at: path)
      #expect(sink.write([entries[0]], now: 0) == SinkOutcome(written: 1))
      #expect(reader.next() != nil)
    }
    #expect(sink.write([entries[1]], now: 0).written == 0)
    let reader = try DatagramReader(at: path)
    #expect(sink.write([entries[1], entries[2]], now: 0) == SinkOutcome(written: 2))
    #expect(reader.all().count == 2)
  }

  @Test func `a socket file that nobody reads any more`() throws {
    // Bound, and closed without being removed.
    let script = "import socket, sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1])"
    try NetworkNamespace.runScript("python3 -c '\(script)' \(path)")
    #expect(sink().write([SampleEntries.message], now: 0) == SinkOutcome(written: 0, problem: "Connection refused"))
  }

  @Test func `who does not read in time holds nobody up for long`() throws {
    let reader = try DatagramReader(at: path)
    let sink = sink()
    let many = try SampleEntries.packets(20_000)
    let outcome = sink.write(many, now: 0)
    #expect(outcome.problem == "its reader does not keep up")
    #expect((1..<20_000).contains(outcome.written))
    // What was sent is there, in order, and it goes on where it has stopped.
    #expect(reader.all().count == outcome.written)
    let next = Array(many[outcome.written...].prefix(5))
    #expect(sink.write(next, now: 0) == SinkOutcome(written: 5))
    let datagram = try #require(reader.next())
    #expect(String(decoding: datagram, as: UTF8.self).contains(":\(1_024 + outcome.written) -> "))
  }
}

@Suite struct JournalSinkTests {
  /// Fields as the protocol has them ("Native Journal Protocol", systemd.io), read by Python.
  private static let parser = """
    import json, struct, sys
    data, fields, at = sys.stdin.buffer.read(), {}, 0
    while at < len(data):
        end = data.index(b'\\n', at)
        name, equals, value = data[at:end].partition(b'=')
        at = end + 1
        if not equals:
            length, = struct.unpack('<Q', data[at:at + 8])
            value = data[at + 8:at + 8 + length]
            assert data[at + 8 + length:at + 9 + length] == b'\\n'
            at += 9 + length
        assert name not in fields
        fields[name.decode()] = value.decode()
    json.dump(fields, sys.stdout)
    """

  private func fields(_ datagram: [UInt8]) async throws -> [String: String] {
    let run = try await Program("python3").run(["-c", Self.parser], input: Data(datagram))
    #expect(run.errors == "")
    return try JSONDecoder().decode([String: String].self, from: Data(run.output.utf8))
  }

  private func written(_ entry: LogEntry) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let reader = try DatagramReader(at: folder.path("journal"))
    let sink = LogDestination(.journal(folder.path("journal"))).sink(SampleEntries.place, rotation: LogRotation())
    #expect(sink.write([entry], now: 0) == SinkOutcome(written: 1))
    return try #require(reader.next())
  }

  @Test func `a packet has a field for everything it is looked for by`() async throws {
    var entry = try SampleEntries.packet(parameter: "two\nlines")
    (entry.subAction, entry.observed) = ("packet logged", true)
    #expect(
      try await fields(written(entry)) == [
        "MESSAGE": "observed: packet dropped (packet logged) 2.1.5.1 telnet probe  "
          + "TCP 203.0.113.9:1024 -> 192.0.2.10:23 in via eth0 60 bytes  two lines",
        "PRIORITY": "4", "SYSLOG_FACILITY": "3", "SYSLOG_IDENTIFIER": "sentry", "SENTRY_TIME": "1714979289.0",
        "SENTRY_ACTION": "packet dropped", "SENTRY_SUB_ACTION": "packet logged", "SENTRY_RULE": "2.1.5.1",
        "SENTRY_RULE_NAME": "telnet probe", "SENTRY_PARAMETER": "two\nlines", "SENTRY_SOURCE": "203.0.113.9",
        "SENTRY_SOURCE_PORT": "1024", "SENTRY_DESTINATION": "192.0.2.10", "SENTRY_DESTINATION_PORT": "23",
        "SENTRY_PROTOCOL": "TCP", "SENTRY_BYTES": "60", "SENTRY_DIRECTION": "in", "SENTRY_INTERFACE": "eth0",
        "SENTRY_OBSERVED": "1",
      ])
  }

  @Test func `a message has its text`() async throws {
    #expect(
      try await fields(written(SampleEntries.message)) == [
        "MESSAGE": "firewall on", "PRIORITY": "5", "SYSLOG_FACILITY": "3", "SYSLOG_IDENTIFIER": "sentry",
        "SENTRY_TIME": "1714979289.0",
      ])
  }

  @Test func `a message about a rule has its number and name`() async throws {
    var message = SampleEntries.message
    message.rule = "2.5 send probe"
    let fields = try await fields(written(message))
    #expect(fields["MESSAGE"] == "firewall on" && fields["PRIORITY"] == "5")
    #expect(fields["SENTRY_RULE"] == "2.5" && fields["SENTRY_RULE_NAME"] == "send probe")
    #expect(fields["SENTRY_ACTION"] == nil && fields["SENTRY_PARAMETER"] == nil)
  }

  @Test func `a check before the rules is rule 0 with its reason`() async throws {
    let fields = try await fields(written(try SampleEntries.packet(rule: "rule = 0 short TCP header")))
    #expect(fields["SENTRY_RULE"] == "0")
    #expect(fields["SENTRY_RULE_NAME"] == "short TCP header")
  }

  /// A rule's name and parameter are anybody's text: no field of theirs becomes another.
  @Test func `nothing in a name or a parameter makes a field of its own`() async throws {
    let hostile = "x\nPRIORITY=0\nSENTRY_SOURCE=192.0.2.1\n"
    let fields = try await fields(written(try SampleEntries.packet(rule: "1 \(hostile)", parameter: hostile)))
    #expect(fields["PRIORITY"] == "4")
    #expect(fields["SENTRY_SOURCE"] == "203.0.113.9")
    #expect(fields["SENTRY_RULE_NAME"] == hostile)
    #expect(fields["SENTRY_PARAMETER"] == hostile)
    #expect(fields["MESSAGE"]?.contains("\n") == false)
  }

  @Test func `texts of any length are one datagram`() async throws {
    let long = String(repeating: "ü", count: 200_000)
    let fields = try await fields(written(try SampleEntries.packet(rule: "1 \(long)", parameter: long)))
    #expect(fields["SENTRY_PARAMETER"]?.utf8.count == 8_192)
    #expect(fields["SENTRY_SOURCE"] == "203.0.113.9")
  }
}
