internal import SentryControl
internal import SentryEngine
internal import SentryJournal
internal import SentryPacket

/// The steps that log entries are counted by.
struct LogSteps: Sendable {
  /// Seconds since 1970, a multiple of `step`.
  let start: Int64
  /// Seconds, whole minutes.
  let step: Int64
  let count: Int

  /// As fine as the number of steps allows.
  ///
  /// - Parameters:
  ///   - since: the first second.
  ///   - until: the second after the last.
  init(since: Int64, until: Int64) {
    let seconds = max(1, until - since)
    let most = Int64(LogMinutesReply.mostSteps) - 1
    step = max(1, (seconds + 60 * most - 1) / (60 * most)) * 60
    start = since - (since % step + step) % step
    count = Int((until - start + step - 1) / step)
  }

  func reply(_ counts: [(step: Int64, verdict: EngineEvent.Kind?, count: Int)]) -> LogMinutesReply {
    var steps = [[String: Int]](repeating: [:], count: count)
    for (number, verdict, count) in counts {
      let index = number - start / step
      guard index >= 0, index < Int64(steps.count) else { continue }
      steps[Int(index)][verdict?.name ?? "message", default: 0] += count
    }
    return LogMinutesReply(start: start, step: Int(step), counts: steps)
  }
}
