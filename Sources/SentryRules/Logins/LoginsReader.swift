internal import SentryDiagnostics
internal import SentryLogins
internal import SentryPropertyList

/// Keys of `settings.logins`.
enum LoginKey: String, CaseIterable {
  case failures, window, block, growth, longestBlock, sources
}

/// Keys of an entry of its `sources`.
enum LoginSourceKey: String, CaseIterable {
  case file, journal, services, name, program, failed, succeeded
}

/// Reads `settings.logins`. A source that cannot be read is left out, with its findings.
struct LoginsReader {
  private var settings = LoginSettings()
  private var findings: Findings

  static func read(_ node: PropertyListNode, into findings: inout Findings) -> LoginSettings {
    var reader = LoginsReader(findings: findings)
    reader.read(node)
    findings = reader.findings
    return reader.settings
  }

  private init(findings: Findings) { self.findings = findings }

  private mutating func read(_ node: PropertyListNode) {
    guard node.kind == .dictionary else {
      return findings.add(
        .badSetting(.logins, node, expected: "a dictionary such as { sources = ( { journal = \"ssh.service\"; } ); }"))
    }
    for entry in node.entries where !entry.value.isMissing {
      switch LoginKey(rawValue: entry.key) {
      case .failures: readNumber(entry, LoginSettings.failureLimits, "a number", into: \.failures) { $0.integer }
      case .window: readSeconds(entry, LoginSettings.windowLimits, into: \.windowSeconds)
      case .block: readSeconds(entry, LoginSettings.blockLimits, into: \.blockSeconds)
      case .growth: readNumber(entry, LoginSettings.growthLimits, "a number", into: \.growth) { $0.integer }
      case .longestBlock: readSeconds(entry, LoginSettings.blockLimits, into: \.longestBlockSeconds)
      case .sources: readSources(entry.value)
      case nil: addUnknown(entry, LoginKey.allCases.map(\.rawValue))
      }
    }
    if settings.longestBlockSeconds < settings.blockSeconds, let value = node[LoginKey.longestBlock.rawValue] {
      findings.add(
        .badLogin(
          LoginKey.longestBlock.rawValue, value, expected: "no less than block, \(settings.blockSeconds) seconds"))
    }
    settings.longestBlockSeconds = max(settings.longestBlockSeconds, settings.blockSeconds)
  }

  private mutating func addUnknown(_ entry: PropertyListEntry, _ known: [String]) {
    guard !findings.isFull(for: .warning) else { return }
    findings.add(.unknownKey(entry.key, at: entry.keyPlace, meant: nearestName(to: entry.key, in: known)))
  }

  private mutating func readSeconds(
    _ entry: PropertyListEntry, _ limits: ClosedRange<Int>, into target: WritableKeyPath<LoginSettings, Int>
  ) {
    readNumber(entry, limits, "seconds, or as in 90s, 15m, 1h or 7d,", into: target) {
      ListsReader.seconds(in: $0).map { Int64($0) }
    }
  }

  private mutating func readNumber(
    _ entry: PropertyListEntry, _ limits: ClosedRange<Int>, _ what: String,
    into target: WritableKeyPath<LoginSettings, Int>, _ read: (PropertyListNode) -> Int64?
  ) {
    if let number = read(entry.value).flatMap({ Int(exactly: $0) }), limits.contains(number) {
      settings[keyPath: target] = number
    } else {
      findings.add(
        .badLogin(entry.key, entry.value, expected: "\(what) from \(limits.lowerBound) to \(limits.upperBound)"))
    }
  }

  // MARK: Sources

  private mutating func readSources(_ node: PropertyListNode) {
    guard node.kind == .array else {
      return findings.add(.badLogin(LoginKey.sources.rawValue, node, expected: "an array of logs ( { file = …; }, … )"))
    }
    for element in node.elements where !element.isMissing {
      guard settings.sources.count < LoginSettings.mostSources else {
        return findings.add(
          .tooMany("log", SettingKey.logins.rawValue, limit: LoginSettings.mostSources, at: element.place))
      }
      readSource(element)
    }
  }

  private mutating func readSource(_ node: PropertyListNode) {
    guard node.kind == .dictionary else { return findings.add(.loginSourceWithout(at: node.place)) }
    for entry in node.entries where LoginSourceKey(rawValue: entry.key) == nil {
      addUnknown(entry, LoginSourceKey.allCases.map(\.rawValue))
    }
    let place = readPlace(node)
    let services = value(.services, of: node).map { readServices($0) } ?? []
    let own = readOwn(node)
    guard let place else { return }
    guard !services.isEmpty || own != nil else {
      if value(.services, of: node) == nil, value(.failed, of: node) == nil {
        findings.add(.loginSourceWithoutService(at: node.place))
      }
      return
    }
    if settings.sources.contains(where: { $0.place == place }) {
      return findings.add(.loginSourceTwice("\(place)", at: node.place))
    }
    for service in services {
      let other = settings.sources.first { $0.place.isFile != place.isFile && $0.services.contains(service) }
      guard let other, !findings.isFull(for: .warning) else { continue }
      findings.add(.loginServiceTwice(service, in: "\(other.place)", at: node.place))
    }
    settings.sources.append(LoginSource(place, services: services, own: own))
  }

  private func value(_ key: LoginSourceKey, of node: PropertyListNode) -> PropertyListNode? {
    node[key.rawValue].flatMap { $0.isMissing ? nil : $0 }
  }

  private mutating func readPlace(_ node: PropertyListNode) -> LoginSource.Place? {
    switch (value(.file, of: node), value(.journal, of: node)) {
    case (let file?, nil):
      guard let path = file.text, Self.isPath(path) else {
        findings.add(.badLogin("file", file, expected: "the path of a file, from /"))
        return nil
      }
      return .file(path)
    case (nil, let journal?):
      guard let unit = journal.text, Self.isUnit(unit) else {
        findings.add(.badLogin("journal", journal, expected: "the name of a unit such as ssh.service"))
        return nil
      }
      return .journal(unit.contains(".") ? unit : "\(unit).service")
    case (nil, nil), (_?, _?):
      findings.add(.loginSourceWithout(at: node.place))
      return nil
    }
  }

  private static func isPath(_ text: String) -> Bool {
    text.hasPrefix("/") && !text.hasSuffix("/") && text.utf8.count <= 1_024
      && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }

  /// As systemd.unit(5) has it; no option of journalctl.
  private static func isUnit(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count) && !text.hasPrefix("-") && !text.hasPrefix(".")
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: ":-_.\\@".utf8.contains(byte)
        }
      }
  }

  private mutating func readServices(_ node: PropertyListNode) -> [String] {
    let known = LoginService.known.map(\.name)
    var names: [String] = []
    for element in node.elementsOrItself where !element.isMissing {
      let texts = element.text.map { Substring($0).listElements.map(String.init) } ?? [""]
      for text in texts {
        guard known.contains(text) else {
          findings.add(
            .badLogin(
              "services", element, expected: known.alternatives,
              hint: didYouMean(
                text, in: known, foreignWords: ["ssh": ["sshd"], "httpd": ["apache"], "smbd": ["samba"]])))
          continue
        }
        if !names.contains(text) { names.append(text) }
      }
    }
    return names
  }

  // MARK: Patterns

  private mutating func readOwn(_ node: PropertyListNode) -> OwnLoginPatterns? {
    let failed = readPatterns(.failed, of: node)
    let succeeded = readPatterns(.succeeded, of: node)
    let (name, program) = (readName(.name, of: node), readName(.program, of: node))
    guard let failed, !failed.isEmpty else {
      if let lonely = value(.succeeded, of: node) ?? value(.program, of: node), failed == nil {
        findings.add(.loginPatternsWithoutFailed(at: lonely.place))
      }
      return nil
    }
    return OwnLoginPatterns(
      name: name ?? program ?? "own", program: program, failed: failed, succeeded: succeeded ?? [])
  }

  private mutating func readName(_ key: LoginSourceKey, of node: PropertyListNode) -> String? {
    guard let value = value(key, of: node) else { return nil }
    guard let name = value.text, ListSubscription.isName(name) else {
      findings.add(
        .badLogin(key.rawValue, value, expected: "1 to 32 letters, digits, '-', '_' or '.', not '.' first"))
      return nil
    }
    return name
  }

  /// `nil` without the key.
  private mutating func readPatterns(_ key: LoginSourceKey, of node: PropertyListNode) -> [String]? {
    guard let value = value(key, of: node) else { return nil }
    var patterns: [String] = []
    for element in value.elementsOrItself where !element.isMissing {
      guard patterns.count < LoginSource.mostPatterns else {
        findings.add(.tooMany("pattern", key.rawValue, limit: LoginSource.mostPatterns, at: element.place))
        break
      }
      guard let text = element.text else {
        findings.add(.badLogin(key.rawValue, element, expected: "lines with <address> and <user> in them"))
        continue
      }
      do throws(LoginPatternError) {
        _ = try LoginPattern(text)
        patterns.append(text)
      } catch {
        findings.add(.badLoginPattern(error.message, at: element.place))
      }
    }
    return patterns
  }
}
