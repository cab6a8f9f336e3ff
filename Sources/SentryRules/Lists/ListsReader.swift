internal import SentryDiagnostics
internal import SentryPacket
internal import SentryPropertyList

/// Keys of an entry of `lists`.
enum ListKey: String, CaseIterable {
  case name, source, format, table, refresh, enabled, duration, atMost
}

/// Reads what the root says of lists to follow: `lists`. An entry that cannot be read is left out, with its findings.
struct ListsReader {
  private var lists: [ListSubscription] = []
  private var findings: Findings
  private let settings: Settings

  static func read(
    _ root: PropertyListNode, settings: Settings, within limits: DocumentLimits, into findings: inout Findings
  ) -> [ListSubscription] {
    guard let node = root[RootKey.lists], !node.isMissing else { return [] }
    guard node.kind == .array else {
      findings.add(.wrongType(of: RootKey.lists, expected: "an array of lists ( … )", at: node.place))
      return []
    }
    var reader = ListsReader(findings: findings, settings: settings)
    var count = 0
    for element in node.elements where !element.isMissing {
      guard count < limits.lists else {
        reader.findings.add(.tooMany("list", "the document", limit: limits.lists, at: element.place))
        break
      }
      count += 1
      reader.readList(element)
    }
    findings = reader.findings
    return reader.lists
  }

  private init(findings: Findings, settings: Settings) {
    (self.findings, self.settings) = (findings, settings)
  }

  // MARK: One list

  private mutating func readList(_ node: PropertyListNode) {
    guard node.kind == .dictionary else { return findings.add(.listIsNoDictionary(node)) }
    for entry in node.entries where ListKey(rawValue: entry.key) == nil && !findings.isFull(for: .warning) {
      findings.add(
        .unknownKey(
          entry.key, at: entry.keyPlace, meant: nearestName(to: entry.key, in: ListKey.allCases.map(\.rawValue))))
    }
    // Both are looked at, so that one run tells of both.
    let (name, source) = (readName(node), readSource(node))
    var list = ListSubscription(name: name ?? "", source: source ?? .file(""))
    readFormat(node, into: &list)
    readTable(node, into: &list)
    if source != nil { readRefresh(node, into: &list) }
    readDuration(node, into: &list)
    readLimit(node, into: &list)
    if let value = value(.enabled, of: node) {
      list.isEnabled = value.readSwitch(ListKey.enabled.rawValue, into: &findings) ?? true
    }
    guard name != nil, source != nil else { return }
    lists.append(list)
    if list.authorizesUnprotected, let place = value(.source, of: node)?.place, !findings.isFull(for: .warning) {
      findings.add(.authorizesUnprotected(list, at: place))
    }
  }

  private func value(_ key: ListKey, of node: PropertyListNode) -> PropertyListNode? {
    node[key.rawValue].flatMap { $0.isMissing ? nil : $0 }
  }

  private mutating func readName(_ node: PropertyListNode) -> String? {
    guard let value = value(.name, of: node) else {
      findings.add(.listWithout(.name, "such as { name = spamhaus; … }", at: node.place))
      return nil
    }
    guard let name = value.text, ListSubscription.isName(name) else {
      findings.add(.badList(.name, value, expected: "1 to 32 letters, digits, '-', '_' or '.', not '.' first"))
      return nil
    }
    if lists.contains(where: { $0.name == name }) { findings.add(.duplicateList(name, at: value.place)) }
    return name
  }

  private mutating func readSource(_ node: PropertyListNode) -> ListSubscription.Source? {
    guard let value = value(.source, of: node) else {
      findings.add(.listWithout(.source, "a URL or the path of a file: source = \"https://…\"", at: node.place))
      return nil
    }
    guard let text = value.text else {
      findings.add(.badList(.source, value, expected: "http://…, https://… or the path of a file from /"))
      return nil
    }
    do throws(ValueError) {
      return try ListSubscription.Source(text)
    } catch {
      findings.add(.badList(.source, error, at: value.place))
      return nil
    }
  }

  private mutating func readFormat(_ node: PropertyListNode, into list: inout ListSubscription) {
    guard let value = value(.format, of: node) else { return }
    if let format = value.text.flatMap({ ListSubscription.Format(rawValue: $0) }) {
      list.format = format
    } else {
      let names = ListSubscription.Format.allCases.map(\.rawValue)
      findings.add(
        .badList(
          .format, value, expected: names.alternatives, hint: didYouMean(value.text ?? "", in: names)))
    }
  }

  private mutating func readTable(_ node: PropertyListNode, into list: inout ListSubscription) {
    guard let value = value(.table, of: node) else { return }
    if let table = AddressTableKind.allCases.first(where: { $0.name == value.text }) {
      list.table = table
    } else {
      let names = AddressTableKind.allCases.map(\.name)
      findings.add(
        .badList(
          .table, value, expected: names.alternatives, hint: didYouMean(value.text ?? "", in: names)))
    }
  }

  private mutating func readRefresh(_ node: PropertyListNode, into list: inout ListSubscription) {
    guard let value = value(.refresh, of: node) else { return }
    let limits = ListSubscription.refreshLimits(of: list.source)
    if let seconds = Self.seconds(in: value), limits.contains(seconds) {
      list.refreshSeconds = seconds
    } else {
      let whose = if case .page = list.source { "of a URL" } else { "of a file" }
      findings.add(
        .badList(
          .refresh, value,
          expected: "seconds from \(limits.lowerBound) to \(limits.upperBound) \(whose), or as in 30m, 6h or 1d"))
    }
  }

  private mutating func readDuration(_ node: PropertyListNode, into list: inout ListSubscription) {
    guard let value = value(.duration, of: node), value.text != "unlimited" else { return }
    if let seconds = Self.seconds(in: value).flatMap({ UInt32(exactly: $0) }), seconds > 0 {
      list.durationSeconds = seconds
    } else {
      findings.add(
        .badList(
          .duration, value,
          expected: "seconds from 1 to \(UInt32.max), a number with a unit (90s, 10m, 1h, 2d), or unlimited"
        ))
    }
  }

  private mutating func readLimit(_ node: PropertyListNode, into list: inout ListSubscription) {
    list.entryLimit = min(ListSubscription.usualEntryLimit, settings.addressCapacity)
    guard let value = value(.atMost, of: node) else { return }
    let limits = ListSubscription.entryLimits
    guard let number = value.integer.flatMap({ Int(exactly: $0) }), limits.contains(number) else {
      return findings.add(
        .badList(.atMost, value, expected: "a number of entries from \(limits.lowerBound) to \(limits.upperBound)"))
    }
    guard number <= settings.addressCapacity else {
      return findings.add(.listLargerThanTable(number, capacity: settings.addressCapacity, at: value.place))
    }
    list.entryLimit = number
  }

  /// Seconds, or a number with a unit: `90s`, `10m`, `6h`, `1d`.
  static func seconds(in node: PropertyListNode) -> Int? {
    if let number = node.integer { return Int(exactly: number) }
    guard let text = node.text, let unit = text.last else { return nil }
    let factors: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    let digits = text.dropLast()
    // Ten digits at most: their product with a day fits.
    guard let factor = factors[unit], (1...10).contains(digits.utf8.count), NumberText.isDecimal(digits) else {
      return nil
    }
    return Int(digits).map { $0 * factor }
  }
}
