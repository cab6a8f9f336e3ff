internal import SentryControl
internal import SentryJournal
internal import SentryPacket

/// What has come and gone from a second on, up to another.
struct HistoryPiece: Sendable {
  /// Seconds since 1970.
  var start: Int64
  var end: Int64
  var packets: [Verdict: UInt64] = [:]
  var bytesIn: UInt64 = 0
  var bytesOut: UInt64 = 0
}

extension HistoryPiece {
  /// What lies between samples. The clock may have been set meanwhile: then nothing is known.
  static func all(between samples: [Pulse.Sample]) -> [HistoryPiece] {
    zip(samples, samples.dropFirst()).compactMap { before, after in
      guard before.second < after.second else { return nil }
      var piece = HistoryPiece(start: before.second, end: after.second)
      for verdict in Verdict.allCases {
        let index = Int(verdict.rawValue)
        let packets = after.packets[index] &- before.packets[index]
        if packets > 0 { piece.packets[verdict] = packets }
      }
      piece.bytesIn = after.bytesIn &- before.bytesIn
      piece.bytesOut = after.bytesOut &- before.bytesOut
      return piece
    }
  }

  /// What the database has of a scale.
  static func all(_ verdicts: [VerdictSpan], _ traffic: [TrafficSpan], _ scale: TrafficScale) -> [HistoryPiece] {
    let seconds = Int64(scale.rawValue)
    return verdicts.map {
      HistoryPiece(start: $0.start.seconds, end: $0.start.seconds + seconds, packets: [$0.verdict: $0.packets])
    }
      + traffic.map {
        HistoryPiece(
          start: $0.start.seconds, end: $0.start.seconds + seconds, bytesIn: $0.counts.bytesIn,
          bytesOut: $0.counts.bytesOut)
      }
  }
}

extension HistoryPiece {
  /// The same in pieces of a step each, as even as whole numbers are.
  fileprivate func part(_ index: UInt64, of count: UInt64) -> HistoryPiece {
    func share(_ number: UInt64) -> UInt64 { number / count + (index < number % count ? 1 : 0) }
    let length = (end - start) / Int64(count)
    let begin = start + Int64(index) * length
    return HistoryPiece(
      start: begin, end: begin + length, packets: packets.mapValues(share), bytesIn: share(bytesIn),
      bytesOut: share(bytesOut))
  }

  /// - Parameter seconds: a step; the piece's length is a multiple of it.
  func spread(overSteps seconds: Int64) -> [HistoryPiece] {
    let count = UInt64(max(1, (end - start) / seconds))
    return (0..<count).map { part($0, of: count) }
  }
}

/// What is drawn of the history: how long, and how finely.
struct HistoryFrame: Sendable, Equatable {
  /// Seconds.
  var span: Int
  /// Seconds that a number stands for.
  var step: Int
  /// Where the database has it; `nil` for what is in memory.
  var scale: TrafficScale?

  static let all: [HistoryFrame] = [
    HistoryFrame(span: 60, step: 1, scale: nil), HistoryFrame(span: 3_600, step: 12, scale: nil),
    HistoryFrame(span: 86_400, step: 300, scale: .minute), HistoryFrame(span: 604_800, step: 3_600, scale: .hour),
    HistoryFrame(span: 2_592_000, step: 10_800, scale: .hour),
  ]

  init?(span: Int) {
    guard let frame = Self.all.first(where: { $0.span == span }) else { return nil }
    self = frame
  }

  private init(span: Int, step: Int, scale: TrafficScale?) {
    self.span = span
    self.step = step
    self.scale = scale
  }

  /// The first second that is drawn.
  ///
  /// - Parameter now: seconds since 1970; the second that has begun is not drawn.
  func start(now: Int64) -> Int64 {
    let step = Int64(step)
    return (now + step - 1) / step * step - Int64(span)
  }
}

extension HistoryReply {
  /// - Parameters:
  ///   - pieces: in any order; each belongs to the step that it begins in.
  ///   - now: seconds since 1970.
  init(_ frame: HistoryFrame, _ pieces: [HistoryPiece], now: Int64) {
    let (start, step) = (frame.start(now: now), Int64(frame.step))
    let count = frame.span / frame.step
    var packets: [Verdict: [UInt64]] = [:]
    var bytesIn = [UInt64](repeating: 0, count: count)
    var bytesOut = bytesIn
    var knownSince: Int64?
    for piece in pieces where piece.start >= start && piece.start < now {
      let index = Int((piece.start - start) / step)
      guard index < count else { continue }
      knownSince = min(knownSince ?? piece.start, piece.start)
      for (verdict, more) in piece.packets {
        packets[verdict, default: [UInt64](repeating: 0, count: count)][index] &+= more
      }
      bytesIn[index] &+= piece.bytesIn
      bytesOut[index] &+= piece.bytesOut
    }
    func perSecond(_ counts: [UInt64]) -> [Double] {
      counts.enumerated().map { index, count in
        let seconds = max(1, min(step, now - start - Int64(index) * step))
        return (Double(count) / Double(seconds) * 1_000).rounded() / 1_000
      }
    }
    self.init(
      step: frame.step, start: start,
      series: Verdict.allCases.compactMap { verdict in
        packets[verdict].map { Series(name: verdict.name, values: perSecond($0)) }
      },
      bytes: Bytes(in: perSecond(bytesIn), out: perSecond(bytesOut)), knownSince: knownSince)
  }
}
