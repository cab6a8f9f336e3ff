import Foundation
import SentryTestSupport
import Testing

@testable import SentryNotifier

/// What Python's mail parser, which knows RFC 5322, 2045 and 2047, makes of our mails.
@Suite(.enabled(if: Program("python3").isThere, "needs Python"))
struct MailTextTests {
  struct Parsed: Decodable, Equatable {
    var headers: [String: String]
    var body: String
    var defects: Int
    var longestLine: Int
  }

  static func order(subject: String = "subject", body: String = "body\n", to recipients: [String] = []) -> MailOrder {
    MailOrder(
      way: .program("/usr/sbin/sendmail"), sender: "sentry@example.org", recipients: recipients, subject: subject,
      body: body,
      time: 1_795_334_209, host: "gate.example.org")
  }

  static func parsed(_ text: String) async throws -> Parsed {
    let script = """
      import sys, json, email, email.policy
      raw = sys.stdin.buffer.read()
      mail = email.message_from_bytes(raw, policy=email.policy.default)
      names = [name.lower() for name in mail.keys()]
      assert len(names) == len(set(names)), names
      defects = len(mail.defects) + sum(len(value.defects) for value in mail.values())
      print(json.dumps({"headers": {name.lower(): str(value) for name, value in mail.items()}, "body": mail.get_content(),
        "defects": defects, "longestLine": max(len(line) for line in raw.split(b"\\n"))}))
      """
    let run = try await Program("python3").run(["-c", script], input: Data(text.utf8))
    #expect(run.status == 0, "\(run.errors)")
    return try JSONDecoder().decode(Parsed.self, from: Data(run.output.utf8))
  }

  static let names: Set<String> = [
    "from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type",
    "content-transfer-encoding",
  ]

  @Test func aPlainMail() async throws {
    let order = Self.order(subject: "Security Alert", body: "one\ntwo\n", to: ["a@example.org", "b@example.net"])
    let mail = try await Self.parsed(try MailText.text(of: order))
    #expect(mail.defects == 0)
    #expect(Set(mail.headers.keys) == Self.names)
    #expect(mail.headers["to"] == "a@example.org, b@example.net")
    #expect(mail.headers["from"] == "sentry <sentry@example.org>")
    #expect(mail.headers["subject"] == "Security Alert")
    #expect(mail.headers["auto-submitted"] == "auto-generated")
    #expect(mail.headers["message-id"]?.hasSuffix("@gate.example.org>") == true)
    #expect(mail.body == "one\ntwo\n")
  }

  @Test func itsDateIsThatOfTheEvent() async throws {
    let mail = try await Self.parsed(try MailText.text(of: Self.order()))
    let run = try await Program("python3").run([
      "-c", "import sys, email.utils; print(int(email.utils.parsedate_to_datetime(sys.argv[1]).timestamp()))",
      try #require(mail.headers["date"]),
    ])
    #expect(run.output == "1795334209\n")
  }

  @Test(arguments: [
    "two\nBcc: victim@example.org", "two\r\nBcc: victim@example.org\r\n\r\nbody", "\r\n\r\n.\r\n",
    "Täglich grüßt – ☃️ 🚨",
    "=?utf-8?B?QmNjOg==?=", String(repeating: "long ", count: 60), "\u{2028}Bcc: x@example.org\u{0085}",
    "\u{0}\u{1B}[2J",
    "", "  ", "a\u{202E}b",
  ])
  func noSubjectMakesAnotherHeader(_ subject: String) async throws {
    let mail = try await Self.parsed(try MailText.text(of: Self.order(subject: subject)))
    #expect(Set(mail.headers.keys) == Self.names)
    #expect(mail.body == "body\n")
    #expect(mail.longestLine <= 90)
    #expect(
      mail.headers["subject"]?.trimmingCharacters(in: .whitespaces)
        == CleanText.line(subject).trimmingCharacters(in: .whitespaces)
        || subject.contains("long"))
  }

  @Test(arguments: [
    "plain\n", "From here\n.\n..\n", "Grüße\n", String(repeating: "x", count: 2_000) + "\n", "a\r\nb\u{1B}c\n",
  ])
  func bodiesComeThrough(_ body: String) async throws {
    let mail = try await Self.parsed(try MailText.text(of: Self.order(body: body)))
    #expect(mail.body == CleanText.lines(body).joined(separator: "\n"))
    #expect(mail.longestLine <= 998)
  }

  @Test func withoutRecipientsItGoesToTheAdministrator() async throws {
    let mail = try await Self.parsed(try MailText.text(of: Self.order()))
    #expect(mail.headers["to"] == "root")
  }

  @Test(arguments: [
    "-oQ/tmp@example.org", "a@example.org\nBcc: b@example.org", "a@example.org, b@example.org", "|sh@example.org",
    "\"/etc/passwd\"@example.org", "a@", "", "nobody", "a b@example.org", "ü@example.org",
  ])
  func noOtherAddressIsTaken(_ address: String) {
    #expect(throws: MailText.Refusal.address(address)) { try MailText.text(of: Self.order(to: [address])) }
  }
}
