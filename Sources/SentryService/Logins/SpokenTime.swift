/// Spans of time in messages.
enum SpokenTime {
  /// The two largest units: `2d 16h`, `15m`, `42s`; less than a second is `1s`.
  static func text(_ seconds: Double) -> String {
    var rest = Int64(max(1, min(seconds.isNaN ? 0 : seconds, 9e15)))
    var parts: [String] = []
    for (unit, size) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] as [(String, Int64)] {
      guard parts.count < 2 else { break }
      let count = rest / size
      rest %= size
      if count > 0 { parts.append("\(count)\(unit)") } else if !parts.isEmpty { break }
    }
    return parts.joined(separator: " ")
  }
}
