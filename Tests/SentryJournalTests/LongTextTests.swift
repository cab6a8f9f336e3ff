import Foundation
import SentryEngine
import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryJournal

/// Rules may be called anything, and may have any parameter.
@Suite struct LongTextTests {
  private func entry(_ letter: String) -> LogEntry {
    let labels = RuleLabels()
    let label = labels.number(
      of: RuleLabel(
        number: "2.1", name: String(repeating: letter, count: 70_000),
        parameter: String(repeating: letter, count: 100_000)))
    let event = EngineEvent(time: Timestamp(seconds: 1_714_979_289), kind: .log, label: label, isLogged: true)
    return LogEntry(event, labels: labels, interfaces: [])
  }

  /// Plain letters, wide ones, and such as JSON and property lists escape.
  @Test(arguments: ["x", "ü", "\u{1F600}", "\"", "\\"], [LogFormatName.text, .plist, .eve, .json])
  func `an entry with long texts is cut, and reads back`(letter: String, form: LogFormatName) throws {
    let entry = entry(letter)
    #expect((2_040...2_048).contains(entry.rule.utf8.count))
    #expect((16_380...16_384).contains(entry.parameter.utf8.count))
    let line = try #require(form.format(SampleEntries.place).line(entry))
    #expect(line.utf8.count < 1 << 17)
    #expect(LogReader(SampleEntries.place).read(line[...]) == .entry(entry))
  }

  /// What `sentry check` does not warn of is written whole.
  @Test func `usual texts stay as they are`() {
    let labels = RuleLabels()
    let label = RuleLabel(
      number: "2.1", name: String(repeating: "\u{1F600}", count: 256),
      parameter: String(repeating: "\u{1F600}", count: 4_096))
    let event = EngineEvent(
      time: Timestamp(seconds: 1), kind: .log, label: labels.number(of: label), isLogged: true)
    let entry = LogEntry(event, labels: labels, interfaces: [])
    #expect(entry.rule == label.text)
    #expect(entry.parameter == label.parameter)
  }

  @Test func `a message is cut, too`() {
    let message = LogEntry(time: Timestamp(seconds: 1), message: String(repeating: "x", count: 10_000))
    #expect(message.message?.utf8.count == 8_192)
  }

  /// Forms that a cut would damage lose a part of the parameter instead.
  @Test(arguments: [LogFormatName.plist, .eve, .json])
  func `in the system's log a record stays whole`(form: LogFormatName) throws {
    let folder = try TemporaryFolder()
    let reader = try DatagramReader(at: folder.path("log"))
    let sink = LogDestination(.syslog(folder.path("log")), form: form).sink(
      SampleEntries.place, rotation: LogRotation())
    let entry = try SampleEntries.packet(parameter: String(repeating: "\"", count: 16_384))
    #expect(sink.write([entry], now: 0) == SinkOutcome(written: 1))
    let datagram = try #require(reader.next())
    #expect(datagram.count <= 8_192)
    let text = String(decoding: datagram, as: UTF8.self)
    let account = text.drop { $0 != "{" }
    guard case .entry(let read) = LogReader(SampleEntries.place).read(account) else {
      Issue.record("not read: \(account.prefix(200))")
      return
    }
    #expect(read.source == entry.source && read.rule == entry.rule)
    #expect(!read.parameter.isEmpty && entry.parameter.hasPrefix(read.parameter))
  }
}
