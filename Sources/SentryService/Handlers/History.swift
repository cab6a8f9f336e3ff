internal import Hummingbird
internal import SentryControl
internal import SentryJournal
internal import SentryPacket

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
      let until = try request.moment(ControlPath.until)
      let since = try request.moment(ControlPath.since)
      let end = until ?? WallClock.now().adding(seconds: 1)
      let period = TrafficPeriod(since: since ?? (until ?? WallClock.now()).adding(seconds: -Int64(span)), until: end)
      guard period.since < period.until else { throw HTTPError(.badRequest, message: "since must be before until") }
      do {
        return try Response.json(
          await daemon.traffic(by: order, period, span: since == nil ? span : Int(period.seconds), limit: limit))
      } catch let refusal as HistoryRefusal {
        throw HTTPError(.serviceUnavailable, message: refusal.message)
      }
    }
  }
}
