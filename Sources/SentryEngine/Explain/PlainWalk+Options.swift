internal import SentryRules

extension PlainWalk {
  /// Whether all the wanted kinds (or, with `noneOf`, none) are in a list of IP or TCP options; `nil` if there is no list.
  func optionsAnswer(
    wanted: [UInt8], noneOf: Bool, in options: ArraySlice<UInt8>?, absence: String,
    by isMeant: (_ wanted: UInt8, _ kind: UInt8) -> Bool
  ) -> TestAnswer {
    guard let options else { return TestAnswer(holds: noneOf, seen: .absent(absence)) }
    let kinds = Self.kinds(in: options)
    let there = wanted.filter { number in kinds.contains { isMeant(number, $0) } }
    let shown = kinds.filter { $0 > 1 }.map(String.init).joined(separator: ",")
    return TestAnswer(
      holds: noneOf ? there.isEmpty : there.count == wanted.count, seen: .value(shown.isEmpty ? "none" : shown))
  }

  /// The kinds of a list of options, up to its end (0, which counts) or the first that does not hold together (which does not):
  /// RFC 791 §3.1, RFC 9293 §3.1.
  private static func kinds(in options: ArraySlice<UInt8>) -> [UInt8] {
    var kinds: [UInt8] = []
    var rest = options
    while let kind = rest.first {
      let length = kind <= 1 ? 1 : Int(rest.dropFirst().first ?? 0)
      guard length >= 1, kind <= 1 || length >= 2, length <= rest.count else { break }
      kinds.append(kind)
      if kind == 0 { break }
      rest = rest.dropFirst(length)
    }
    return kinds
  }
}
