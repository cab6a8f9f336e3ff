import Foundation
import SentryTestSupport
import Testing

@testable import SentryNotifier

/// A stand-in for sendmail writes down how it was called and what it read.
@Suite(.enabled(if: Program("python3").isThere, "needs Python"))
struct SendmailTests {
  private let folder: TemporaryFolder

  init() throws {
    BrokenPipes.areErrors
    folder = try TemporaryFolder()
  }

  private func order(_ program: String, to recipients: [String] = ["admin@example.org"]) -> MailOrder {
    MailOrder(
      way: .program(program), recipients: recipients, subject: "Alert\nBcc: victim@example.org", body: "one\n.\ntwo\n",
      time: 0, host: "gate")
  }

  @Test func theMailComesByStandardInputAndNothingByArguments() async throws {
    let sendmail = try folder.writeScript(
      "sendmail", "echo \"$@\" > '\(folder.path("arguments"))'; cat > '\(folder.path("mail"))'")
    #expect(await Sendmail.send(order(sendmail)) == .done())
    #expect(folder.text("arguments") == "-t -i\n")
    let mail = try await MailTextTests.parsed(folder.text("mail"))
    #expect(mail.headers["to"] == "admin@example.org")
    #expect(mail.headers["from"] == "sentry <root>")
    #expect(mail.headers["bcc"] == nil)
    #expect(mail.body == "one\n.\ntwo\n")
  }

  @Test func whatItSaysWhenItRefusesIsTold() async throws {
    let sendmail = try folder.writeScript("sendmail", "cat > /dev/null; echo 'mail system is down' >&2; exit 75")
    #expect(await Sendmail.send(order(sendmail)).failure == "\(sendmail) ended with status 75: mail system is down")
  }

  @Test func oneThatReadsNothingIsNoHarm() async throws {
    let sendmail = try folder.writeScript("sendmail", "exec <&-; exit 0")
    var order = order(sendmail)
    order.body = String(repeating: "line\n", count: 100_000)
    #expect(await Sendmail.send(order) == .done())
  }

  @Test func oneThatIsNotThereIsNamed() async {
    #expect(
      await Sendmail.send(order("/nowhere/sendmail")).failure?.hasPrefix("/nowhere/sendmail does not start") == true)
  }

  @Test func noAddressBecomesAnOption() async throws {
    let sendmail = try folder.writeScript("sendmail", "touch '\(folder.path("called"))'")
    #expect(
      await Sendmail.send(order(sendmail, to: ["-oQ/tmp@example.org"])).failure?.contains("no usable address") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.path("called")))
  }
}
