internal import ArgumentParser
internal import Dispatch
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

extension Applications {
  /// `sentry applications ask`
  struct Ask: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show questions about programs as they come, and take answers.",
      discussion: """
        On a terminal, answer with a letter and Enter: a allows, d denies, o allows once (for five minutes). Where \
        several questions wait, the number comes before: 3 a. ^C ends it; questions wait all the same. Elsewhere the \
        questions are only printed.

          sentry applications ask
          sentry applications ask --json | while read -r line; do …; done
        """)

    @OptionGroup var report: ApplicationReportOptions
    @OptionGroup var socket: SocketOption

    private enum Event: Sendable {
      case questions(ApplicationQuestionsReply)
      case line(String)
      case failure(CommandFailure)
    }

    func run() async throws {
      try await ControlClient.connected(to: socket.path) { client in
        let first: ApplicationQuestionsReply = try await client.get(ControlPath.applicationQuestions)
        let takesAnswers = !report.isJSON && Console.outputIsTerminal && isatty(STDIN_FILENO) == 1
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        let work = Self.follow(client, continuation)
        defer { work.cancel() }
        if takesAnswers { Self.readLines(continuation) }
        var view = QuestionsView(isJSON: report.isJSON, takesAnswers: takesAnswers)
        if !report.isJSON { Console.writeLine(ApplicationsText.sentence(first.policy)) }
        try view.show(first, isFirst: true)
        for await event in events {
          switch event {
          case .questions(let reply): try view.show(reply)
          case .line(let line): await answer(line, &view, client)
          case .failure(let failure): throw failure
          }
        }
      }
    }

    /// Looks twice a second.
    private static func follow(
      _ client: ControlClient, _ events: AsyncStream<Event>.Continuation
    ) -> Task<Void, Never> {
      Task {
        do throws(CommandFailure) {
          while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(500))
            events.yield(.questions(try await client.get(ControlPath.applicationQuestions)))
          }
        } catch {
          events.yield(.failure(error))
        }
      }
    }

    private static func readLines(_ events: AsyncStream<Event>.Continuation) {
      Thread.detachNewThread { while let line = readLine() { events.yield(.line(line)) } }
    }

    private func answer(_ line: String, _ view: inout QuestionsView, _ client: ControlClient) async {
      guard !line.allSatisfy(\.isWhitespace) else { return }
      guard let answer = QuestionAnswer(line) else {
        return Console.writeLine("a allows, d denies, o allows once; 3 a answers question 3")
      }
      guard let number = answer.number ?? view.only else {
        return Console.writeLine(view.whichIsMeant)
      }
      do {
        let reply = try await Applications.Answer.answer(number, answer.word, once: answer.isOnce, client)
        Console.writeLine(view.line(for: reply.question))
      } catch let failure as CommandFailure {
        Console.writeLine(failure.message ?? "question \(number) was not answered")
      } catch {
        Console.writeLine("question \(number) was not answered: \(error.localizedDescription.visible)")
      }
    }
  }
}

/// What somebody has typed: `a`, `3 d`, `o`.
struct QuestionAnswer: Equatable {
  /// `nil` for the only one.
  var number: Int?
  var word: Applications.Answer.Word
  var isOnce: Bool

  /// `nil` for anything else.
  init?(_ line: String) {
    var words = line.lowercased().split(whereSeparator: \.isWhitespace)
    if let first = words.first, let number = Int(first) {
      self.number = number
      words.removeFirst()
    }
    guard words.count == 1 else { return nil }
    switch words[0] {
    case "a", "allow": (word, isOnce) = (.allow, false)
    case "d", "deny": (word, isOnce) = (.deny, false)
    case "o", "once": (word, isOnce) = (.allow, true)
    default: return nil
    }
  }
}

/// What has been shown of questions, so that each is told once.
struct QuestionsView {
  let isJSON: Bool
  let takesAnswers: Bool
  private var shown: Set<Int> = []
  private var ended: Set<Int> = []
  /// Of these it was said that their time is nearly over.
  private var urged: Set<Int> = []
  /// Those that wait, as shown last.
  private var waiting: [Int] = []

  init(isJSON: Bool, takesAnswers: Bool) {
    self.isJSON = isJSON
    self.takesAnswers = takesAnswers
  }

  /// The question that waits alone; `nil` where several do, or none.
  var only: Int? { waiting.count == 1 ? waiting[0] : nil }

  /// Why an answer without a number was for no question.
  var whichIsMeant: String {
    guard let first = waiting.first else { return "no question waits" }
    return "\(waiting.count) questions wait: say which one, as in \(first) a"
  }

  /// What was answered; it is not shown again as the end of the question.
  mutating func line(for question: ApplicationQuestionReport) -> String {
    ended.insert(question.number)
    waiting.removeAll { $0 == question.number }
    return ApplicationsText.end(of: question)
  }

  mutating func show(_ reply: ApplicationQuestionsReply, isFirst: Bool = false) throws {
    for line in try lines(of: reply, isFirst: isFirst) { Console.writeLine(line) }
  }

  /// - Parameter isFirst: what is settled already is not worth telling.
  mutating func lines(of reply: ApplicationQuestionsReply, isFirst: Bool = false) throws -> [String] {
    waiting = reply.waiting.map(\.number)
    if isFirst { ended.formUnion(reply.settled.map(\.number)) }
    var lines: [String] = []
    for question in reply.settled where ended.insert(question.number).inserted {
      lines.append(isJSON ? try jsonText(question) : ApplicationsText.end(of: question))
    }
    for question in reply.waiting {
      let seconds = Int((question.remainingSeconds ?? 0).rounded(.up))
      if shown.insert(question.number).inserted {
        let keys = takesAnswers ? " (a)llow, (d)eny, allow (o)nce?" : ""
        lines.append(
          isJSON ? try jsonText(question) : "\(ApplicationsText.line(question)) [\(counted(seconds, "second"))]\(keys)")
        if seconds <= 10 { urged.insert(question.number) }
      } else if takesAnswers, seconds <= 10, urged.insert(question.number).inserted {
        lines.append("\(question.number): \(counted(seconds, "second")) left")
      }
    }
    return lines
  }
}
