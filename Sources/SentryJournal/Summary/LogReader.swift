internal import Algorithms

/// Reads log files line by line, in any of the forms of `LogFormatName`, also mixed, and the system's own log with what ipfw has
/// left there.
public struct LogReader: Sendable {
  public enum Reading: Sendable, Equatable {
    case entry(LogEntry)
    /// Belongs there, but tells of no packet: an empty line, another program's, the brackets around a property list.
    case other
    /// Begins like an entry, or like nothing that is known.
    case damaged
  }

  private let text: TextLogFormat
  private let plist: PropertyListLogFormat
  private let ipfw: IPFWLogFormat
  private let eve: EVELogFormat
  private let json = JSONLogFormat()

  /// - Parameter place: whose clock and calendar the lines go by that do not say so.
  public init(_ place: LogPlace = LogPlace()) {
    text = TextLogFormat(timeZone: place.timeZone)
    plist = PropertyListLogFormat(timeZone: place.timeZone)
    ipfw = IPFWLogFormat(place)
    eve = EVELogFormat(place)
  }

  /// - Parameter line: without its line end.
  public func read(_ line: Substring) -> Reading {
    let line = line.trimmingSuffix(while: \.isNewline)
    guard let first = line.first(where: { $0 != " " }), !["(", ")", "#"].contains(first) else { return .other }
    if first == "{" { return reading(record(line)) }
    if let entry = text.entry(line) { return .entry(entry) }
    guard IPFWLogFormat.isOfSystemLog(line) else { return .damaged }
    if IPFWLogFormat.tellsOfPacket(line) { return reading(ipfw.entry(line)) }
    return systemLogEntry(line).map { .entry($0) } ?? .other
  }

  /// What sentry has written to the system's log in another form than ipfw's: `May  6 07:08:09 gw sentry[411]: …`.
  private func systemLogEntry(_ line: Substring) -> LogEntry? {
    var scanner = LineScanner(line)
    guard let time = ipfw.takeStamp(&scanner), scanner.take(" "), scanner.takeWord() != nil, scanner.take(" sentry")
    else { return nil }
    let isNumbered = scanner.take("[")
    if isNumbered { scanner.takeDigits() }
    guard !isNumbered || scanner.take("]"), scanner.take(": ") else { return nil }
    let account = scanner.text
    if account.first == "{" { return record(account[...]) }
    let entry = text.entry(account: account[...], time: time)
    // Without the number of the process, any text may be anybody's: what tells of a rule is ours.
    return isNumbered || entry.message == nil ? entry : nil
  }

  private func reading(_ entry: LogEntry?) -> Reading { entry.map { .entry($0) } ?? .damaged }

  private func record(_ line: Substring) -> LogEntry? {
    let inside = line.drop { $0 == "{" || $0 == " " }
    guard inside.first == "\"" else { return plist.entry(line) }
    return eve.entry(line) ?? json.entry(line)
  }
}
