internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerConnections(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.connections)) { request, _ in
      var question = ConnectionQuestion()
      question.limit = try request.number(ControlPath.limit, within: 1...ControlLimit.connections) ?? question.limit
      question.order = try request.choice(ControlPath.sort, ConnectionOrder.self) ?? question.order
      question.addresses = try request.range(ControlPath.address)
      return try Response.json(await daemon.connections.reply(to: question))
    }
  }
}
