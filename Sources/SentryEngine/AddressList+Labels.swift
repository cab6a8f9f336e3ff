public import SentryPacket
public import SentryState

// Between entries of tables, which know who made them by number, and lists, which say it in words.

extension AddressList {
  /// The lines for entries of one table.
  public mutating func append(_ entries: [AddressEntry], of table: AddressTableKind, labels: RuleLabels) {
    self.entries.reserveCapacity(self.entries.count + entries.count)
    for entry in entries {
      self.entries.append(
        Entry(
          range: entry.range, table: table, triggeredBy: labels.label(entry.triggeredBy).triggeredBy,
          duration: entry.duration))
    }
  }

  /// What the lines put into each table, in parts of at most `limit`, so that packets need not wait for all.
  public func additions(labels: RuleLabels, atMost limit: Int = .max) -> [(AddressTableKind, [AddressAddition])] {
    var finished: [(AddressTableKind, [AddressAddition])] = []
    var open: [AddressTableKind: [AddressAddition]] = [:]
    var numbers = LabelNumbers(labels: labels)
    for entry in entries {
      let addition = AddressAddition(
        range: entry.range, duration: entry.duration, triggeredBy: numbers.number(of: entry.triggeredBy))
      open[entry.table, default: []].append(addition)
      guard open[entry.table, default: []].count >= limit else { continue }
      finished.append((entry.table, open.removeValue(forKey: entry.table) ?? []))
    }
    return finished + open.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) }
  }
}

/// Looks up the numbers of texts, most of which are that of the line before.
private struct LabelNumbers {
  let labels: RuleLabels
  var last: (text: String, number: UInt32)?

  mutating func number(of text: String) -> UInt32 {
    if let last, last.text == text { return last.number }
    let number = labels.number(of: RuleLabel(note: text))
    last = (text, number)
    return number
  }
}
