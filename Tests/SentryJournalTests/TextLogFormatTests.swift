import Foundation
import SentryEngine
import SentryJournal
import SentryPacket
import Testing

/// The examples of docs/Classic.md, "Text log", as events.
struct TextLogCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let label: RuleLabel
  let event: @Sendable (UInt32) -> EngineEvent
  let line: String
}

private let utc = TextLogFormat(timeZone: .gmt)

/// 2024-05-06 07:08:09 UTC, as date(1) reckons it.
private let start: Int64 = 1_714_979_289

private func event(
  after seconds: Int64, _ kind: EngineEvent.Kind, leaf: EngineEvent.Kind? = nil, reason: BuiltInReason? = nil,
  label: UInt32, _ describe: (inout EngineEvent) -> Void = { _ in }
) -> EngineEvent {
  var event = EngineEvent(
    time: Timestamp(seconds: start + seconds), kind: kind, leaf: leaf, reason: reason, label: label, isLogged: true)
  describe(&event)
  return event
}

private func describe(
  _ event: inout EngineEvent, _ protocolNumber: UInt8, _ source: String, _ destination: String, bytes: UInt32
) {
  event.hasPacket = true
  event.present = [.addresses, .protocolNumber]
  event.protocolNumber = protocolNumber
  event.source = IPAddress(source) ?? IPAddress(v4: 0)
  event.destination = IPAddress(destination) ?? IPAddress(v4: 0)
  event.byteCount = bytes
}

extension EngineEvent {
  fileprivate mutating func setPorts(_ source: UInt16, _ destination: UInt16) {
    present.insert(.ports)
    (sourcePort, destinationPort) = (source, destination)
  }

  fileprivate mutating func setICMP(_ type: UInt8, _ code: UInt8, _ presence: PacketFields.Presence = .icmp) {
    present.insert(presence)
    (icmpType, icmpCode) = (type, code)
  }
}

@Test(arguments: [
  TextLogCase(
    testDescription: "a deleted TCP packet",
    label: RuleLabel(number: "2.1.5.1", name: "telnet probe", action: "Trigger"),
    event: { label in
      event(after: 0, .delete, label: label) {
        describe(&$0, 6, "203.0.113.9", "192.0.2.10", bytes: 60)
        $0.setPorts(40001, 23)
      }
    },
    line:
      "2024-05-06 07:08:09  packet dropped 2.1.5.1 telnet probe  TCP 203.0.113.9:40001 -> 192.0.2.10:23 in via eth0 60 bytes  "
  ),
  TextLogCase(
    testDescription: "a child of the rule that deleted it",
    label: RuleLabel(number: "2.7.1.1", name: "note", action: "Log", parameter: "seen again"),
    event: { label in
      event(after: 1, .log, leaf: .delete, label: label) {
        describe(&$0, 17, "203.0.113.9", "192.0.2.10", bytes: 78)
        $0.setPorts(137, 137)
      }
    },
    line:
      "2024-05-06 07:08:10  packet dropped (packet logged) 2.7.1.1 note  UDP 203.0.113.9:137 -> 192.0.2.10:137 in via eth0 78 bytes  seen again"
  ),
  TextLogCase(
    testDescription: "an ICMP type with a name", label: RuleLabel(number: "3.2", name: "pings", action: "Log"),
    event: { label in
      event(after: 2, .log, label: label) {
        describe(&$0, 1, "198.51.100.4", "192.0.2.10", bytes: 84)
        $0.setICMP(8, 0)
      }
    },
    line:
      "2024-05-06 07:08:11  packet logged 3.2 pings  ICMP:8,0 (echo request) 198.51.100.4 -> 192.0.2.10 in via eth0 84 bytes  "
  ),
  TextLogCase(
    testDescription: "an ICMP type whose code has a name too, by a rule without a name",
    label: RuleLabel(number: "3.4", action: "Log"),
    event: { label in
      event(after: 3, .log, label: label) {
        describe(&$0, 1, "198.51.100.4", "192.0.2.10", bytes: 56)
        $0.setICMP(3, 1)
      }
    },
    line:
      "2024-05-06 07:08:12  packet logged 3.4  ICMP:3,1 (destination unreachable,host unreachable) 198.51.100.4 -> 192.0.2.10 in via eth0 56 bytes  "
  ),
  TextLogCase(
    testDescription: "a check before the rules", label: .builtIn,
    event: { label in
      event(after: 4, .delete, reason: .shortTCPHeader, label: label) {
        describe(&$0, 6, "203.0.113.9", "192.0.2.10", bytes: 40)
        $0.setPorts(1, 2)
      }
    },
    line:
      "2024-05-06 07:08:13  packet dropped rule = 0 short TCP header  TCP 203.0.113.9:1 -> 192.0.2.10:2 in via eth0 40 bytes  "
  ),
  TextLogCase(
    testDescription: "a timer's event, without a packet",
    label: RuleLabel(number: "2.5.2.1.1.1", action: "Email", parameter: "server silent"),
    event: { label in event(after: 5, .email, label: label) },
    line: "2024-05-06 07:08:14  Email notification 2.5.2.1.1.1    server silent"
  ),
  TextLogCase(
    testDescription: "an ICMP type without a name: left out", label: RuleLabel(number: "1", action: "Log"),
    event: { label in
      event(after: 6, .log, label: label) {
        describe(&$0, 1, "198.51.100.4", "192.0.2.10", bytes: 56)
        $0.setICMP(40, 0)
      }
    },
    line: "2024-05-06 07:08:15  packet logged 1  ICMP:40,0 198.51.100.4 -> 192.0.2.10 in via eth0 56 bytes  "
  ),
  TextLogCase(
    testDescription: "an unreachable code without a name: the type's alone",
    label: RuleLabel(number: "1", action: "Log"),
    event: { label in
      event(after: 7, .log, label: label) {
        describe(&$0, 1, "198.51.100.4", "192.0.2.10", bytes: 56)
        $0.setICMP(3, 4)
      }
    },
    line:
      "2024-05-06 07:08:16  packet logged 1  ICMP:3,4 (destination unreachable) 198.51.100.4 -> 192.0.2.10 in via eth0 56 bytes  "
  ),
  TextLogCase(
    testDescription: "another protocol by its number, outbound",
    label: RuleLabel(number: "4", name: "gre", action: "Log"),
    event: { label in
      event(after: 8, .log, label: label) {
        describe(&$0, 47, "192.0.2.10", "198.51.100.4", bytes: 100)
        $0.direction = .outbound
      }
    },
    line: "2024-05-06 07:08:17  packet logged 4 gre  47 192.0.2.10 -> 198.51.100.4 out via eth0 100 bytes  "
  ),
  TextLogCase(
    testDescription: "IPv6 addresses in brackets before their ports", label: RuleLabel(number: "5", action: "Reject"),
    event: { label in
      event(after: 9, .reject, label: label) {
        describe(&$0, 6, "2001:db8::9", "2001:db8::1", bytes: 60)
        $0.setPorts(40001, 23)
      }
    },
    line:
      "2024-05-06 07:08:18  reject, packet dropped 5  TCP [2001:db8::9]:40001 -> [2001:db8::1]:23 in via eth0 60 bytes  "
  ),
  TextLogCase(
    testDescription: "ICMPv6 with its own names, addresses without brackets",
    label: RuleLabel(number: "6", action: "Log"),
    event: { label in
      event(after: 10, .log, label: label) {
        describe(&$0, 58, "fe80::1", "ff02::1", bytes: 64)
        $0.setICMP(134, 0, .icmpv6)
      }
    },
    line:
      "2024-05-06 07:08:19  packet logged 6  ICMPv6:134,0 (router advertisement) fe80::1 -> ff02::1 in via eth0 64 bytes  "
  ),
  TextLogCase(
    testDescription: "a rule that could forge a line with its name",
    label: RuleLabel(number: "7", name: "a\n2024 \u{1B}[2Jb"),
    event: { label in event(after: 11, .log, label: label) },
    line: "2024-05-06 07:08:20  packet logged 7 a 2024  [2Jb    "
  ),
  TextLogCase(
    testDescription: "not IP: no addresses, an empty middle", label: .builtIn,
    event: { label in event(after: 12, .pass, reason: .notIP, label: label) { $0.hasPacket = true } },
    line: "2024-05-06 07:08:21  packet passed rule = 0 not IP    "
  ),
])
func textLogLine(_ c: TextLogCase) {
  let labels = RuleLabels()
  let entry = LogEntry(c.event(labels.number(of: c.label)), labels: labels, interfaces: ["eth0"])
  #expect(utc.line(entry) == c.line)
}

@Test func statusMessageHasTimeAndText() {
  let entry = LogEntry(time: Timestamp(seconds: start), message: "firewall on")
  #expect(utc.line(entry) == "2024-05-06 07:08:09  firewall on")
}

@Test func aDryRunIsSaidAheadOfTheAction() {
  let event = EngineEvent(time: Timestamp(seconds: start), kind: .log, leaf: .delete, label: 0, isLogged: true)
  let entry = LogEntry(event, labels: RuleLabels(), interfaces: [], isDryRun: true)
  #expect(utc.line(entry) == "2024-05-06 07:08:09  dry run: packet dropped (packet logged) 0    ")
}

@Test func timesAreLocal() throws {
  let berlin = TextLogFormat(timeZone: try #require(TimeZone(identifier: "Europe/Berlin")))
  let entry = LogEntry(time: Timestamp(seconds: start), message: "firewall on")
  #expect(berlin.line(entry) == "2024-05-06 09:08:09  firewall on")
}
