/// Spans of time as people say them.
enum TimeText {
  /// The two largest units: `2d 3h`, `10m`, `45s`; `0s` for nothing and less.
  static func duration(seconds: Int64) -> String {
    var rest = max(0, seconds)
    var parts: [String] = []
    for (unit, size) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] as [(String, Int64)] {
      guard parts.count < 2 else { break }
      let count = rest / size
      rest %= size
      // A gap ends it: two hours and one second are "2h".
      if count > 0 { parts.append("\(count)\(unit)") } else if !parts.isEmpty { break }
    }
    return parts.isEmpty ? "0s" : parts.joined(separator: " ")
  }

  /// Seconds from a report, whatever a daemon sent: out of range is the nearest that fits.
  static func wholeSeconds(_ seconds: Double) -> Int64 {
    seconds.isNaN ? 0 : Int64(min(max(seconds, -9e15), 9e15))
  }
}
