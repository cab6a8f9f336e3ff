internal import SentryControl
internal import SentryJournal

extension LocalTime {
  /// When a packet was last seen of an entry's addresses; `-` for never.
  func lastTime(of entry: TableEntryReport) -> String {
    // Entries of lists begin before all times.
    entry.matchCount == 0 && entry.lastTime <= 0 ? "-" : text(secondsSince1970: Double(entry.lastTime))
  }
}
