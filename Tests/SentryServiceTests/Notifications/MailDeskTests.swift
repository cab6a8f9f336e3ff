import Foundation
import SentryEngine
import SentryJournal
import SentryNotifier
import SentryPacket
import SentryRules
import Testing

@testable import SentryService

@Suite struct MailDeskTests {
  private func desk(to: [String] = [], perMinute: Int = 2) -> MailDesk {
    var settings = Settings()
    (settings.mailTo, settings.mailsPerMinute) = (to, perMinute)
    return MailDesk(way: .program("/usr/sbin/sendmail"), host: "gate", settings: settings)
  }

  private func notice(_ parameter: String = "no answer", rule: String = "2.5") -> Notice {
    let labels = RuleLabels()
    let label = RuleLabel(number: rule, name: "server", action: "Email", parameter: parameter)
    let event = EngineEvent(
      time: Timestamp(seconds: 1_795_334_209), kind: .email, label: labels.number(of: label), isLogged: true)
    return Notice(kind: .email, label: label, entry: LogEntry(event, labels: labels, interfaces: []))
  }

  @Test(
    arguments: [
      ("admin@example.org", ["admin@example.org"]), (" admin@example.org ", ["admin@example.org"]),
      ("no answer", ["all@example.org", "night@example.org"]), ("", ["all@example.org", "night@example.org"]),
    ] as [(String, [String])])
  func whoGetsIt(_ parameter: String, _ recipients: [String]) {
    var desk = desk(to: ["all@example.org", "night@example.org"])
    let mail = desk.mail(notice(parameter))
    #expect(mail?.recipients == recipients)
  }

  @Test func theSubjectSaysWhatHappened() throws {
    var desk = desk()
    let first = desk.mail(notice())
    let mail = try #require(first)
    #expect(mail.subject == "--- Sentry Security Alert --- gate: 2.5 server no answer")
    #expect(mail.body.contains("Email notification 2.5 server    no answer\n"))
    let second = desk.mail(notice("admin@example.org"))
    let other = try #require(second)
    #expect(other.subject == "--- Sentry Security Alert --- gate: 2.5 server")
  }

  @Test func moreThanAFewAMinuteAreGatheredForEachRecipient() throws {
    var desk = desk()
    let first = [desk.mail(notice()), desk.mail(notice())].compactMap(\.self)
    #expect(first.count == 2)
    let others = ["1", "2", "3"].compactMap { desk.mail(notice(rule: $0)) }
    let another = desk.mail(notice("admin@example.org"))
    #expect(others == [] && another == nil)
    let rule = RuleLabel(number: "9", name: "", action: "Email", parameter: "admin@example.org")
    let digests = desk.endMinute(suppressed: [(rule, 5)], time: 0)
    #expect(digests.map(\.recipients) == [[], ["admin@example.org"]])
    #expect(
      digests.map(\.subject) == [
        "--- Sentry Security Alert --- gate: 3 more events within a minute",
        "--- Sentry Security Alert --- gate: 2.5 server",
      ])
    for rule in ["1", "2", "3"] {
      #expect(digests[0].body.contains("Email notification \(rule) server    no answer\n"))
    }
    #expect(digests.map { $0.body.contains("and 5 more notifications of rule 9\n") } == [false, true])
    let next = desk.mail(notice())
    #expect(next != nil, "the next minute begins anew")
    let nothing = desk.endMinute(suppressed: [], time: 0)
    #expect(nothing == [])
  }

  /// A request to the process that sends them has at most 128 KiB. JSON escapes what is repeated here.
  @Test(arguments: ["x", "/", "\"", "\u{1}", "\u{1F600}"])
  func aMailOfLongTextsFitsIntoARequest(letter: String) throws {
    let long = notice(String(repeating: letter, count: 100_000))
    var desk = desk(perMinute: 1)
    let alone = desk.mail(long)
    for _ in 0..<50 { _ = desk.mail(long) }
    let rule = RuleLabel(number: "9", name: String(repeating: letter, count: 70_000), action: "Email")
    let digests = desk.endMinute(suppressed: Array(repeating: (rule, 5), count: 30), time: 0)
    let first = try #require(alone)
    #expect(first.body.contains("Email notification 2.5 server"))
    #expect(digests.count == 1)
    #expect(digests.allSatisfy { $0.body.contains("more lines, for which there is no room\n") })
    for mail in [first] + digests {
      let request = NoticeRequest(number: 1, work: .mail(mail))
      #expect(try JSONEncoder().encode(request).count < 128 << 10)
      #expect(mail.body.hasSuffix("-- \nsentry on gate\n"))
    }
  }

  @Test func whoGotNothingButTooManyIsTold() throws {
    var desk = desk()
    let rule = RuleLabel(number: "9", name: "knock", action: "Email", parameter: "night@example.org")
    let mails = desk.endMinute(suppressed: [(rule, 994)], time: 1_795_334_209)
    let mail = try #require(mails.first)
    #expect(mails.count == 1 && mail.recipients == ["night@example.org"])
    #expect(mail.subject == "--- Sentry Security Alert --- gate: more notifications than are sent in a minute")
    #expect(mail.body.contains("and 994 more notifications of rule 9 knock\n"))
    #expect(mail.time == 1_795_334_209)
  }

  @Test func aDigestIsBounded() {
    var desk = desk(perMinute: 0)
    for _ in 0..<1_000 { _ = desk.mail(notice()) }
    let digest = desk.endMinute(suppressed: [], time: 0)
    #expect(digest.count == 1)
    #expect(digest[0].body.contains("and 900 more\n"))
    #expect(digest[0].body.split(separator: "\n").count < 110)
  }
}
