internal import SentryPacket

/// How the lists that two documents follow differ. A list is the same one if its name is.
enum ListDifference {
  /// One field for each list that came or went, `list NAME`, and for each thing that is said otherwise, `list NAME source`; passwords
  /// in URLs are not shown. The order of lists means nothing.
  static func fields(_ old: [ListSubscription], _ new: [ListSubscription]) -> [RuleDifference.Field] {
    let kept = old.flatMap { list in
      guard let other = new.first(where: { $0.name == list.name }) else {
        return [field(list, old: list.summary, new: "none")]
      }
      return fields(from: list, to: other)
    }
    let names = Set(old.map(\.name))
    return kept + new.filter { !names.contains($0.name) }.map { field($0, old: "none", new: $0.summary) }
  }

  private static func field(
    _ list: ListSubscription, _ key: ListKey? = nil, old: String, new: String
  ) -> RuleDifference.Field {
    RuleDifference.Field(
      field: (["list", list.name] + [key?.rawValue].compactMap(\.self)).joined(separator: " "), old: old, new: new)
  }

  private static func fields(from old: ListSubscription, to new: ListSubscription) -> [RuleDifference.Field] {
    var fields: [RuleDifference.Field] = []
    func compare<Value: Equatable>(
      _ key: ListKey, _ path: KeyPath<ListSubscription, Value>, _ text: (Value) -> String
    ) {
      let (before, after) = (old[keyPath: path], new[keyPath: path])
      if before != after { fields.append(field(old, key, old: text(before), new: text(after))) }
    }
    compare(.source, \.source) { $0.description }
    compare(.format, \.format) { $0.rawValue }
    compare(.table, \.table) { $0.name }
    compare(.refresh, \.refreshSeconds) { "\($0)" }
    compare(.enabled, \.isEnabled) { $0 ? "1" : "0" }
    compare(.duration, \.durationSeconds) { $0.map { "\($0)" } ?? "unlimited" }
    compare(.atMost, \.entryLimit) { "\($0)" }
    return fields
  }
}

extension ListSubscription {
  /// `https://lists.example/drop.txt for table trigger`
  fileprivate var summary: String { "\(source) for table \(table.name)\(isEnabled ? "" : ", not enabled")" }
}
