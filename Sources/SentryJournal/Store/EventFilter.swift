public import SentryEngine
public import SentryPacket

/// Which entries of the log somebody wants to see. What is not said restricts nothing.
///
/// The same question for the database (`StoreReader`) and for entries at hand (`admits`).
public struct EventFilter: Sendable, Equatable {
  /// A rule by its number, with all rules below it, or by its name; `0` for the checks before the rules.
  public var rule: String?
  /// Source or destination is one of these.
  public var addresses: AddressRange?
  /// What happened to the packet, or was done because of it.
  public var verdict: EngineEvent.Kind?
  /// The earliest moment.
  public var since: Timestamp?
  /// The moment after the latest.
  public var until: Timestamp?
  /// Words that all stand somewhere in an entry's texts, in any order, whatever the case of their letters; also parts of words.
  public var text = "" {
    didSet { words = text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init) }
  }
  private(set) var words: [String] = []

  public init() {}

  public var isEmpty: Bool { self == EventFilter() }

  /// Messages of the daemon have neither address nor verdict, and most no rule.
  public func admits(_ entry: LogEntry) -> Bool {
    admitsTime(entry.time) && admitsRule(entry) && admitsAddresses(entry)
      && (verdict.map { $0.text == entry.action } ?? true) && entry.has(words)
  }

  /// Entries know microseconds.
  private func admitsTime(_ time: Double) -> Bool {
    if let since, time < since.secondsSince1970 { return false }
    if let until, time >= until.secondsSince1970 { return false }
    return true
  }

  private func admitsRule(_ entry: LogEntry) -> Bool {
    guard let rule else { return true }
    if entry.rule.hasPrefix("rule = 0 ") { return rule == "0" }
    let words = entry.rule.split(separator: " ", maxSplits: 1)
    guard let number = words.first else { return false }
    return number == rule || number.hasPrefix(rule + ".") || words.dropFirst().first.map { $0 == rule } ?? false
  }

  private func admitsAddresses(_ entry: LogEntry) -> Bool {
    guard let addresses else { return true }
    return [entry.sourceEndpoint, entry.destinationEndpoint].contains { endpoint in
      // However wide an IPv6 net is: IPv4 is not meant by it.
      endpoint.map { $0.address.isIPv4 == addresses.first.isIPv4 && addresses.contains($0.address) } ?? false
    }
  }
}
