/// What a line of syslog begins with: time, host, and program.
///
/// Both usual forms of time: `Nov 22 14:00:00` (RFC 3164) and `2026-11-22T14:00:00.123456+00:00` (RFC 3339). No part is searched for:
/// what a program has written can look like anything.
struct SyslogHeader {
  /// Without its process' number.
  var program: Range<Int>
  var message: Range<Int>

  /// `nil` if the line does not begin so.
  init?(_ line: Span<UInt8>, _ range: Range<Int>) {
    guard let first = range.isEmpty ? nil : line[range.lowerBound],
      let time = first.isDigit ? Self.endOfTime(line, range) : Self.endOfOldTime(line, range),
      let host = Self.endOfWord(line, time..<range.upperBound)
    else { return nil }
    let end = line.place(of: .blank, from: host, before: range.upperBound)
    guard end < range.upperBound, end - 1 > host, line[end - 1] == UInt8(ascii: ":") else { return nil }
    program = host..<line.place(of: UInt8(ascii: "["), from: host, before: end - 1)
    message = (end + 1)..<range.upperBound
  }

  /// Behind the blank that ends a word.
  private static func endOfWord(_ line: Span<UInt8>, _ range: Range<Int>) -> Int? {
    let end = line.place(of: .blank, from: range.lowerBound, before: range.upperBound)
    return end > range.lowerBound && end < range.upperBound ? end + 1 : nil
  }

  /// Behind `2026-11-22T14:00:00…`.
  private static func endOfTime(_ line: Span<UInt8>, _ range: Range<Int>) -> Int? {
    let start = range.lowerBound
    guard range.count > 20, line[start + 4] == UInt8(ascii: "-"), line[start + 7] == UInt8(ascii: "-"),
      line[start + 10] == UInt8(ascii: "T"), line[start + 13] == UInt8(ascii: ":")
    else { return nil }
    return endOfWord(line, range)
  }

  /// Behind `Nov  2 14:00:00 `, always sixteen bytes.
  private static func endOfOldTime(_ line: Span<UInt8>, _ range: Range<Int>) -> Int? {
    let start = range.lowerBound
    guard range.count > 16, line[start].isLetter, line[start + 3] == .blank, line[start + 6] == .blank,
      line[start + 9] == UInt8(ascii: ":"), line[start + 12] == UInt8(ascii: ":"), line[start + 15] == .blank
    else { return nil }
    return start + 16
  }
}
