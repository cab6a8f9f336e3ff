internal import SentryControl

/// Packets per second by verdict over the last minute, from counts that were read now and then.
struct TopRates: Equatable, Sendable {
  /// Seconds that are remembered.
  static let span = 60

  /// The verdicts as reports name them, in the order of the screen.
  static let verdicts = ["pass", "delete", "reject", "dropConnection", "delay", "routeTo"]

  /// Rates by verdict, in the order of `verdicts`, oldest first.
  private var history: [[Double]] = []
  private var last: (time: Double, start: Double, counts: [UInt64])?

  /// Takes the next counts. Those of another daemon than before begin anew.
  mutating func take(_ status: StatusReply) {
    let counts = Self.verdicts.map { status.verdicts[$0, default: 0] }
    defer { last = (status.time, status.startTime, counts) }
    guard let last, last.start == status.startTime else { return history = [] }
    let seconds = status.time - last.time
    guard seconds > 0.05 else { return }
    let rates = zip(counts, last.counts).map { new, old in new >= old ? Double(new - old) / seconds : 0 }
    // Where the time between was long, its rate stands for every second of it.
    let repeats = Int(min(Double(Self.span), max(1, seconds.rounded())))
    history += Array(repeating: rates, count: repeats)
    history.removeFirst(max(0, history.count - Self.span))
  }

  /// The latest rate; 0 before there is one.
  func current(_ verdict: Int) -> Double { history.last.map { $0.indices.contains(verdict) ? $0[verdict] : 0 } ?? 0 }

  /// The rates of a verdict, oldest first: at most `span`.
  func curve(_ verdict: Int) -> [Double] { history.map { $0.indices.contains(verdict) ? $0[verdict] : 0 } }

  /// Of all verdicts together.
  var total: Double { history.last?.reduce(0, +) ?? 0 }

  static func == (a: TopRates, b: TopRates) -> Bool { a.history == b.history }
}

/// A curve in one line of characters.
enum Sparkline {
  static let blocks: [Character] = [
    " ", "\u{2581}", "\u{2582}", "\u{2583}", "\u{2584}", "\u{2585}", "\u{2586}", "\u{2587}", "\u{2588}",
  ]
  static let ascii: [Character] = [" ", ".", ":", "-", "=", "+", "*", "#", "@"]

  /// The latest values, as many as there are columns, at the right; the highest of them is as high as a line.
  static func text(_ values: [Double], columns: Int, isPlain: Bool) -> String {
    let levels = isPlain ? ascii : blocks
    let shown = values.suffix(max(0, columns))
    let highest = shown.max() ?? 0
    let curve = shown.map { value -> Character in
      guard value > 0, highest > 0 else { return levels[0] }
      // Whatever there is shows.
      return levels[min(levels.count - 1, max(1, Int((value / highest * Double(levels.count - 1)).rounded())))]
    }
    return String(repeating: levels[0], count: max(0, columns - curve.count)) + String(curve)
  }
}

/// Numbers that must not be long.
enum ShortNumber {
  /// `0`, `0.4`, `12`, `999`, `12.3k`, `4.5M`, `123G`: at most five characters.
  static func text(_ value: Double) -> String {
    guard value.isFinite, value > 0 else { return "0" }
    if value < 9.95 { return value == value.rounded() ? "\(Int(value))" : tenths(value) }
    var scaled = value
    for unit in ["", "k", "M", "G", "T", "P"] {
      if scaled < 999.5 {
        return (unit.isEmpty || scaled >= 99.95 ? "\(Int(scaled.rounded()))" : tenths(scaled)) + unit
      }
      scaled /= 1_000
    }
    return ">999P"
  }

  static func text(_ value: UInt64) -> String { text(Double(value)) }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
