extension LogEntry {
  /// Whether each of these, in small letters, is a part of one of its texts.
  func has(_ words: [String]) -> Bool {
    guard !words.isEmpty else { return true }
    let text = texts.joined(separator: "\n").lowercased()
    return words.allSatisfy { text.contains($0) }
  }

  /// All that people read of it but its time and its numbers.
  private var texts: [String] {
    [
      action, subAction, rule, source, destination, `protocol`, protocolDetail, tcpFlags, direction, interface,
      parameter, message,
    ].compactMap { $0 }
  }
}
