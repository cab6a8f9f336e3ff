internal import SentryProcesses

/// Hands a mail to the system's mail program: `sendmail -t -i`, which takes the recipients from the mail's own headers, so that nothing
/// that others have a say in becomes an argument.
enum Sendmail {
  private static let patience = Duration.seconds(20)

  static func send(_ order: MailOrder) async -> NoticeOutcome {
    switch order.way {
    case .program(let path): await Blocking.run { send(order, by: path) }
    case .server(let server): await MailSubmission.send(order, to: server)
    }
  }

  private static func send(_ order: MailOrder, by path: String) -> NoticeOutcome {
    do {
      let text = try MailText.text(of: order)
      let program = ChildProgram(
        path: path, arguments: ["sendmail", "-t", "-i"], input: Array(text.utf8), patience: patience)
      let ending = try program.run()
      return ending.problem.map { .failed("\(path) \($0)") } ?? .done()
    } catch let refusal as MailText.Refusal {
      return .failed(refusal.description)
    } catch {
      return .failed("\(path) does not start: \(error)")
    }
  }
}
