/// The time that a line says of itself.
///
/// Read where a program has put it: what a line begins with, or in the logs of web servers the first `[22/Nov/2026:14:00:00 +0000]`.
/// A time without a zone is this host's, and one without a year is of the latest year that does not lie ahead.
public enum LogTime {
  /// So many seconds a time without a year may lie ahead: clocks differ, and so do zones.
  private static let ahead = 86_400.0
  private static let mostBrackets = 8
  private static let longest = 64

  /// Seconds since 1970; `nil` if the line says none.
  ///
  /// - Parameter now: seconds since 1970, for times without a year.
  public static func seconds(of line: Span<UInt8>, now: Double) -> Double? {
    let start = line.end(of: { $0 == .blank }, from: 0, before: line.count)
    let text = line.bytes(start..<min(line.count, start + longest))[...]
    return beginning(text, now: now) ?? bracketed(line)
  }

  private static func beginning(_ text: ArraySlice<UInt8>, now: Double) -> Double? {
    var scanner = TimeScanner(rest: text)
    switch text.first {
    case UInt8(ascii: "["): scanner.skip("[")
    case UInt8(ascii: "{"): if !scanner.skip("{\"timestamp\": \"") { return nil }
    default: break
    }
    return scanner.international() ?? scanner.withYearBehind() ?? scanner.withoutYear(now: now, ahead: ahead)
  }

  private static func bracketed(_ line: Span<UInt8>) -> Double? {
    var place = 0
    for _ in 0..<mostBrackets {
      place = line.place(of: UInt8(ascii: "["), from: place, before: line.count) + 1
      guard place < line.count else { return nil }
      var scanner = TimeScanner(rest: line.bytes(place..<min(line.count, place + longest))[...])
      if let seconds = scanner.ofWebServer() { return seconds }
    }
    return nil
  }
}
