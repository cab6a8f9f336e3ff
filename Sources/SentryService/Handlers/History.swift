internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerHistory(from daemon: SentryDaemon) {
    get(RouterPath(ControlPath.history)) { request, _ in
      let span = try request.number(ControlPath.span, within: 1...HistoryReply.spans[4]) ?? HistoryReply.spans[1]
      guard let frame = HistoryFrame(span: span) else {
        let spans = HistoryReply.spans.map(String.init).joined(separator: ", ")
        throw HTTPError(.badRequest, message: "\(span) seconds are no span of the history: there are \(spans)")
      }
      return try Response.json(await daemon.drawnHistory(frame))
    }

    get(RouterPath(ControlPath.traffic)) { request, _ in
      let span = try request.number(ControlPath.span, within: ControlLimit.trafficSeconds) ?? HistoryReply.spans[1]
      let limit = try request.number(ControlPath.limit, within: 1...ControlLimit.trafficRows) ?? 20
      let order = try request.choice(ControlPath.by, TrafficOrder.self) ?? .service
      do {
        return try Response.json(await daemon.traffic(by: order, span: span, limit: limit))
      } catch let refusal as HistoryRefusal {
        throw HTTPError(.serviceUnavailable, message: refusal.message)
      }
    }
  }
}
