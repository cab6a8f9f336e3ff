internal import ArgumentParser
internal import Foundation
internal import SentryControl

extension Applications {
  /// `sentry applications answer`
  struct Answer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Answer a question about a program.",
      discussion: """
        What waits goes on at once. The answer is remembered, unless it is given once: then it holds for five minutes.

          sentry applications answer 3 allow
          sentry applications answer 4 deny --once
        """)

    enum Word: String, ExpressibleByArgument, CaseIterable { case allow, deny }

    @Argument(help: "The question's number, as 'sentry applications ask' shows it.")
    var number: Int

    @Argument(help: "allow or deny.")
    var answer: Word

    @Flag(help: "Remember nothing.")
    var once = false

    @Flag(help: "Also if that ends your own SSH connection.")
    var force = false

    @OptionGroup var report: ApplicationReportOptions
    @OptionGroup var socket: SocketOption

    func run() async throws {
      try await ControlClient.connected(to: socket.path) { client in
        let reply = try await Self.answer(number, answer, once: once, force: force, client)
        Console.writeLine(report.isJSON ? try jsonText(reply) : ApplicationsText.end(of: reply.question))
      }
    }

    static func answer(
      _ number: Int, _ word: Word, once: Bool, force: Bool = false, _ client: ControlClient
    ) async throws -> ApplicationAnswerReply {
      let request = ApplicationAnswerRequest(answer: word.rawValue, once: once ? true : nil, force: force ? true : nil)
      return try await client.post(
        "\(ControlPath.applicationQuestions)/\(number)", body: try JSONEncoder().encode(request))
    }
  }
}
