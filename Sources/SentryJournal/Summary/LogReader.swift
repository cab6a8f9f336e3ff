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
    var line = line
    while line.last?.isNewline == true { line.removeLast() }
    guard let first = line.first(where: { $0 != " " }), !["(", ")", "#"].contains(first) else { return .other }
    if first == "{" { return reading(record(line)) }
    if let entry = text.entry(line) { return .entry(entry) }
    guard IPFWLogFormat.isOfSystemLog(line) else { return .damaged }
    return IPFWLogFormat.tellsOfPacket(line) ? reading(ipfw.entry(line)) : .other
  }

  private func reading(_ entry: LogEntry?) -> Reading { entry.map { .entry($0) } ?? .damaged }

  private func record(_ line: Substring) -> LogEntry? {
    let inside = line.drop { $0 == "{" || $0 == " " }
    guard inside.first == "\"" else { return plist.entry(line) }
    return eve.entry(line) ?? json.entry(line)
  }
}
