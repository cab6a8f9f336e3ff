internal import SentryDiagnostics
internal import SentryPropertyList

/// Keys of `settings.applications`.
enum ApplicationKey: String, CaseIterable {
  case unknown, timeout, otherwise
}

/// Reads `settings.applications`.
struct ApplicationsReader {
  private var settings = ApplicationSettings()
  private var findings: Findings

  /// `nil` for what is no dictionary.
  static func read(_ node: PropertyListNode, into findings: inout Findings) -> ApplicationSettings? {
    guard node.kind == .dictionary else {
      findings.add(
        .badSetting(
          .applications, node, expected: "a dictionary such as { unknown = ask; timeout = 30; otherwise = deny; }"))
      return nil
    }
    var reader = ApplicationsReader(findings: findings)
    reader.read(node)
    findings = reader.findings
    return reader.settings
  }

  private init(findings: Findings) { self.findings = findings }

  private mutating func read(_ node: PropertyListNode) {
    for entry in node.entries where !entry.value.isMissing {
      switch ApplicationKey(rawValue: entry.key) {
      case .unknown: readWord(entry, into: \.unknown)
      case .otherwise: readWord(entry, into: \.otherwise)
      case .timeout: readTimeout(entry)
      case nil:
        guard !findings.isFull(for: .warning) else { continue }
        let meant = nearestName(to: entry.key, in: ApplicationKey.allCases.map(\.rawValue))
        findings.add(.unknownKey(entry.key, at: entry.keyPlace, meant: meant))
      }
    }
  }

  private mutating func readWord<Word: RawRepresentable & CaseIterable>(
    _ entry: PropertyListEntry, into target: WritableKeyPath<ApplicationSettings, Word>
  ) where Word.RawValue == String {
    if let word = entry.value.text.flatMap(Word.init(rawValue:)) {
      settings[keyPath: target] = word
      return
    }
    let words = Word.allCases.map(\.rawValue)
    let hint = didYouMean(entry.value.text ?? "", in: words)
    findings.add(
      .badApplicationSetting(
        entry.key, entry.value, expected: words.dropLast().joined(separator: ", ") + " or \(words.last ?? "")",
        hint: hint))
  }

  private mutating func readTimeout(_ entry: PropertyListEntry) {
    let limits = ApplicationSettings.timeoutLimits
    if let seconds = ListsReader.seconds(in: entry.value), limits.contains(seconds) {
      settings.timeoutSeconds = seconds
    } else {
      findings.add(
        .badApplicationSetting(
          entry.key, entry.value,
          expected: "seconds, or as in 90s or 2m, from \(limits.lowerBound) to \(limits.upperBound)"))
    }
  }
}

extension ApplicationSettings {
  /// What differs from the defaults.
  var written: PropertyListValue {
    let standard = ApplicationSettings()
    var entries: [PropertyListDictionary.Entry] = [
      .init(key: ApplicationKey.unknown.rawValue, value: .string(unknown.rawValue))
    ]
    if timeoutSeconds != standard.timeoutSeconds {
      entries.append(.init(key: ApplicationKey.timeout.rawValue, value: .integer(Int64(timeoutSeconds))))
    }
    if otherwise != standard.otherwise {
      entries.append(.init(key: ApplicationKey.otherwise.rawValue, value: .string(otherwise.rawValue)))
    }
    return .dictionary(PropertyListDictionary(entries))
  }
}

extension Diagnostic {
  fileprivate static func badApplicationSetting(
    _ key: String, _ node: PropertyListNode, expected: String, hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(
      .badSetting, at: node.place, "\(key) of applications must be \(expected), found \(node.shown)", hint: hint)
  }
}
