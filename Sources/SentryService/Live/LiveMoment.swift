internal import NIOCore
internal import SentryControl
internal import SentryEngine
internal import SentryJournal
internal import SentryPacket

/// What is told of one second.
struct LiveMoment: Sendable {
  let counts: LiveCounts
  /// Packets a second since the moment before, in the order of the verdicts.
  let rates: [Double]

  init(_ counts: LiveCounts, after before: LiveMoment?) {
    self.counts = counts
    let seconds = before.map { Double(counts.uptime.nanoseconds - $0.counts.uptime.nanoseconds) / 1e9 } ?? 0
    rates = Verdict.allCases.map { verdict in
      guard let before, seconds > 0 else { return 0 }
      return Double(counts.totals[verdict] &- before.counts.totals[verdict]) / seconds
    }
  }

  /// As a server-sent event (WHATWG HTML, "Server-sent events").
  ///
  /// - Parameters:
  ///   - before: what was told last; `nil` for a listener that knows nothing yet.
  ///   - withRules: the counters of the rules that changed are part of it, in the form `[place in the document, matches, bytes, last
  ///     time or null, matches in the last second, bytes in the last second]`.
  func event(since before: LiveMoment? = nil, withRules: Bool) -> ByteBuffer {
    var text = JSONText()
    text.append("data: {\"time\":\(counts.time),\"generation\":\(counts.generation),\"enabled\":\(counts.isOn)")
    text.append(",\"packets\":{")
    for (index, verdict) in Verdict.allCases.enumerated() {
      text.append("\(index == 0 ? "" : ",")\"\(verdict.name)\":\(counts.totals[verdict])")
    }
    text.append("},\"perSecond\":{")
    for (index, verdict) in Verdict.allCases.enumerated() {
      text.append("\(index == 0 ? "" : ",")\"\(verdict.name)\":\((rates[index] * 10).rounded() / 10)")
    }
    text.append("}")
    if withRules, let counters = counts.counters { append(counters, since: before, to: &text) }
    text.append(",\"triggeredCount\":\(counts.triggeredCount),\"connectionCount\":\(counts.connectionCount)")
    if let trial = counts.trial, let report = try? JSONLine.bytes(trial) {
      text.append(",\"trial\":")
      text.append(report)
    }
    text.append("}\n\n")
    return ByteBuffer(bytes: text.bytes)
  }

  /// Of other rules than before, all that have counted are told.
  private func append(_ counters: [RuleCounters], since before: LiveMoment?, to text: inout JSONText) {
    let known = before?.counts.generation == counts.generation ? before?.counts.counters ?? [] : []
    text.append(",\"rules\":[")
    var isFirst = true
    for (index, counters) in counters.enumerated() {
      guard counters != (index < known.count ? known[index] : RuleCounters()) else { continue }
      if !isFirst { text.append(byte: UInt8(ascii: ",")) }
      isFirst = false
      text.append(counters, of: index)
    }
    text.append("]")
  }
}

extension JSONText {
  fileprivate mutating func append(_ counters: RuleCounters, of index: Int) {
    append(byte: UInt8(ascii: "["))
    append(number: UInt64(index))
    append(byte: UInt8(ascii: ","))
    append(number: counters.matchCount)
    append(byte: UInt8(ascii: ","))
    append(number: counters.byteCount)
    append(byte: UInt8(ascii: ","))
    if let last = counters.lastTime { append(last) } else { append("null") }
    append(byte: UInt8(ascii: ","))
    append(number: counters.matchDelta)
    append(byte: UInt8(ascii: ","))
    append(number: counters.byteDelta)
    append(byte: UInt8(ascii: "]"))
  }

  /// Seconds since 1970, milliseconds kept.
  private mutating func append(_ time: Timestamp) {
    let milliseconds = UInt64(clamping: time.nanoseconds / 1_000_000)
    append(number: milliseconds / 1000)
    append(byte: UInt8(ascii: "."))
    append(number: milliseconds % 1000, digitsAtLeast: 3)
  }
}
