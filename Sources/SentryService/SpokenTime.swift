/// Spans of time in messages.
enum SpokenTime {
  /// The two largest units: `2d 16h`, `15m`, `42s`; less than a second is `1s`.
  ///
  /// - Parameters:
  ///   - units: what days, hours, minutes and seconds are called.
  ///   - gap: stands between a number and its unit.
  static func text(_ seconds: Double, units: [String] = ["d", "h", "m", "s"], _ gap: String = "") -> String {
    var rest = Int64(max(1, min(seconds.isNaN ? 0 : seconds, 9e15)))
    var parts: [String] = []
    for (unit, size) in zip(units, [86_400, 3_600, 60, 1] as [Int64]) {
      guard parts.count < 2 else { break }
      let count = rest / size
      rest %= size
      if count > 0 { parts.append("\(count)\(gap)\(unit)") } else if !parts.isEmpty { break }
    }
    return parts.joined(separator: " ")
  }
}
