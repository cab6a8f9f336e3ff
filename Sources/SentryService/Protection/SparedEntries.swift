internal import SentryDiagnostics
internal import SentryPacket

/// Entries that left table trigger because whom they stood for is protected now.
enum SparedEntries {
  /// So many are named.
  private static let namesShown = 3

  /// What people are told of them; `nil` if there are none.
  static func notice(_ entries: [AddressRange]) -> String? {
    guard !entries.isEmpty else { return nil }
    let names = entries.sorted { $0.first < $1.first }.prefix(namesShown).map(\.description)
    let rest = entries.count - names.count
    return
      "\(counted(entries.count, "entry", plural: "entries")) left table trigger, for addresses that are protected now: "
      + names.joined(separator: ", ") + (rest > 0 ? " and \(grouped(rest)) more" : "")
  }
}
