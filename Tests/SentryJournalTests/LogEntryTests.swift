import Foundation
import SentryEngine
import SentryJournal
import SentryPacket
import Testing

@Test(arguments: [
  LogEntry(time: Timestamp(seconds: 1_714_979_289, nanoseconds: 123_456_000), message: "firewall off"),
  LogEntry(
    EngineEvent(time: Timestamp(seconds: 1), kind: .alert, leaf: .delete, label: 0, isLogged: true),
    labels: RuleLabels(),
    interfaces: []),
])
func entrySurvivesJSON(_ entry: LogEntry) throws {
  let decoded = try JSONDecoder().decode(LogEntry.self, from: JSONEncoder().encode(entry))
  #expect(decoded == entry)
}

@Test func absentFieldsAreLeftOutOfJSON() throws {
  let entry = LogEntry(time: Timestamp(seconds: 5), message: "firewall on")
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  let json = String(decoding: try encoder.encode(entry), as: UTF8.self)
  #expect(json == #"{"action":"","message":"firewall on","parameter":"","rule":"","time":5}"#)
}

@Test func subActionIsOnlyThereWhereItSaysMore() {
  let same = EngineEvent(time: Timestamp(seconds: 1), kind: .delete, leaf: .delete, label: 0, isLogged: true)
  #expect(LogEntry(same, labels: RuleLabels(), interfaces: []).subAction == nil)
  let other = EngineEvent(time: Timestamp(seconds: 1), kind: .log, leaf: .pass, label: 0, isLogged: true)
  let entry = LogEntry(other, labels: RuleLabels(), interfaces: [])
  #expect(entry.action == "packet passed")
  #expect(entry.subAction == "packet logged")
}

/// The packet is dropped as the rule says; who sent it is not in table trigger.
@Test func anEntryTellsThatItsSourceIsProtected() throws {
  var event = EngineEvent(time: Timestamp(seconds: 1), kind: .delete, label: 0, isLogged: true)
  #expect(LogEntry(event, labels: RuleLabels(), interfaces: []).triggerPrevented == nil)
  event.isTriggerPrevented = true
  let entry = LogEntry(event, labels: RuleLabels(), interfaces: [], isDryRun: true)
  #expect(entry.triggerPrevented == true)
  #expect(entry.action == "packet dropped")
  #expect(String(decoding: try JSONEncoder().encode(entry), as: UTF8.self).contains("\"triggerPrevented\":true"))
  let line = try #require(TextLogFormat(timeZone: .gmt).line(entry))
  #expect(line.hasPrefix("1970-01-01 00:00:01  dry run: protected, not triggered: packet dropped 0"))
}

/// Nor is it there when it had to prove itself, or when too many others are new; and an observed rule does nothing at all.
@Test func anEntryTellsWhatWasNotDone() {
  var event = EngineEvent(time: Timestamp(seconds: 1), kind: .delete, label: 0, isLogged: true)
  let lines = [TriggerObstacle.unproven, .limit].map { obstacle in
    event.triggerObstacle = obstacle
    let entry = LogEntry(event, labels: RuleLabels(), interfaces: [])
    #expect(entry.triggerWithheld == "\(obstacle)" && entry.triggerPrevented == nil)
    return TextLogFormat(timeZone: .gmt).line(entry)
  }
  #expect(lines[0]?.hasPrefix("1970-01-01 00:00:01  unproven, not triggered: packet dropped 0") == true)
  #expect(lines[1]?.hasPrefix("1970-01-01 00:00:01  too many, not triggered: packet dropped 0") == true)
  event.triggerObstacle = nil
  event.isObserved = true
  let entry = LogEntry(event, labels: RuleLabels(), interfaces: [])
  #expect(entry.observed == true)
  let line = TextLogFormat(timeZone: .gmt).line(entry)
  #expect(line?.hasPrefix("1970-01-01 00:00:01  observed: packet dropped 0") == true)
}

/// An event of an interface that the journal has no name for must not trap.
@Test func unknownInterfaceHasNoName() {
  var event = EngineEvent(time: Timestamp(seconds: 1), kind: .log, label: 9_999, isLogged: true)
  event.hasPacket = true
  event.interface = 7
  let entry = LogEntry(event, labels: RuleLabels(), interfaces: ["eth0"])
  #expect(entry.interface == nil)
  #expect(entry.rule == "0")
}

/// docs/Classic.md, "Events".
@Test(arguments: [
  (EngineEvent.Kind.pass, "packet passed"), (.delete, "packet dropped"), (.reject, "reject, packet dropped"),
  (.dropConnection, "connection dropped"), (.log, "packet logged"), (.alert, "Alert"), (.email, "Email notification"),
  (.url, "URL notification"), (.script, "Script"),
])
func everyKindHasItsWords(kind: EngineEvent.Kind, words: String) {
  let event = EngineEvent(time: Timestamp(seconds: 1), kind: kind, label: 0, isLogged: true)
  let entry = LogEntry(event, labels: RuleLabels(), interfaces: [])
  #expect(entry.action == words)
  #expect(entry.subAction == nil)
}

@Test func aScriptBelowAFinalActionIsItsSubAction() {
  let event = EngineEvent(time: Timestamp(seconds: 1), kind: .script, leaf: .reject, label: 0, isLogged: true)
  let entry = LogEntry(event, labels: RuleLabels(), interfaces: [])
  #expect(entry.action == "reject, packet dropped")
  #expect(entry.subAction == "Script")
}

/// What a dry run only reports is marked, and nothing else: packets that pass do pass.
@Test(
  arguments: [
    (EngineEvent.Kind.delete, nil, true), (.reject, nil, true), (.dropConnection, nil, true), (.pass, nil, nil),
    (.log, nil, nil), (.log, .delete, true), (.delete, .pass, nil), (.alert, nil, nil),
  ] as [(EngineEvent.Kind, EngineEvent.Kind?, Bool?)])
func aDryRunIsMarkedWherePacketsWouldNotPass(kind: EngineEvent.Kind, leaf: EngineEvent.Kind?, mark: Bool?) {
  let event = EngineEvent(time: Timestamp(seconds: 1), kind: kind, leaf: leaf, label: 0, isLogged: true)
  #expect(LogEntry(event, labels: RuleLabels(), interfaces: [], isDryRun: true).dryRun == mark)
  #expect(LogEntry(event, labels: RuleLabels(), interfaces: []).dryRun == nil)
}
