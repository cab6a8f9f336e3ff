import SentryControl
import Testing

@testable import SentryCommands

/// What `sentry status` says of addresses that no rule triggers.
@Suite struct StatusProtectionTests {
  private func lines(
    _ protected: [ProtectedAddressReport], prevented: UInt64 = 0, problem: String? = nil
  ) -> [Substring] {
    let document = DocumentReport(name: "/etc/x.plist", appliedTime: 7_200, ruleCount: 3, generation: 1)
    let reply = StatusReply(
      mode: "monitor", enabled: true, document: document, startTime: 0, time: 10_000, interfaces: [], generations: [],
      tables: [], verdicts: [:], lostEvents: 0, memoryBytes: nil, protected: protected, preventedTriggers: prevented,
      protectionProblem: problem)
    return StatusText(reply, style: Style(isOn: false)).text.split(separator: "\n")
      .filter { line in ["protected", "prevented", "trouble"].contains { line.hasPrefix($0) } }
  }

  @Test func thereIsALineForEachReason() {
    let lines = lines([
      ProtectedAddressReport(address: "192.0.2.7", reason: "own address"),
      ProtectedAddressReport(address: "192.0.2.254", reason: "default gateway"),
      ProtectedAddressReport(address: "2001:db8::7", reason: "own address"),
    ])
    #expect(
      lines == ["protected  own address: 192.0.2.7, 2001:db8::7", "protected  default gateway: 192.0.2.254"])
  }

  @Test func manyAddressesAreCutShort() {
    let lines = lines(
      (1...10).map { ProtectedAddressReport(address: "192.0.2.\($0)", reason: "settings.protected") })
    #expect(lines.first?.hasSuffix("192.0.2.7, 192.0.2.8 and 2 more") == true)
  }

  @Test func whatWasPreventedIsCounted() {
    #expect(lines([]) == [])
    #expect(
      lines([], prevented: 1, problem: "no logins") == [
        "prevented  1 packet would have triggered a protected address", "trouble    no logins",
      ])
  }
}
