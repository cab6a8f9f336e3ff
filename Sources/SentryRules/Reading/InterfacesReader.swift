internal import SentryDiagnostics
internal import SentryPropertyList

/// Reads what the root says of interfaces: our `interfaces`, else the classic list.
enum InterfacesReader {
  static func read(
    _ root: PropertyListNode, settings: Settings, within limits: DocumentLimits, into findings: inout Findings
  ) -> [InterfaceEntry] {
    let (key, keys) =
      root[RootKey.interfaces] == nil
      ? (RootKey.classicInterfaces, InterfaceKeys.classic) : (RootKey.interfaces, InterfaceKeys.current)
    guard let list = root[key], !list.isMissing else { return [] }
    guard list.kind == .array else {
      findings.add(.wrongType(of: key, expected: "an array", at: list.place))
      return []
    }
    var entries: [InterfaceEntry] = []
    var names: Set<String> = []
    for node in list.elements where !node.isMissing {
      guard var entry = InterfaceEntry(node, keys, into: &findings) else { continue }
      guard entries.count < limits.interfaces else {
        findings.add(.tooMany("interface", "the document", limit: limits.interfaces, at: node.place))
        break
      }
      entry.name = settings.systemName(of: entry.name)
      if !names.insert(entry.name).inserted { findings.add(.duplicateInterface(entry.name, at: node.place)) }
      if entry.name.utf8.count > LongInterfaceNameCheck.limit {
        findings.add(.longInterfaceName(entry.name, at: node.place))
      }
      entries.append(entry)
    }
    return entries
  }
}

/// How one of the two layouts spells an entry.
struct InterfaceKeys {
  let name: String
  /// A title with the name in parentheses, for want of the name itself.
  let title: String?
  let filters: String
  let external: String
  let bridge: String
  /// For a switch that is not there: an interface that somebody lists by hand is one to watch, while the classic
  /// program wrote every switch that was on.
  let missingSwitch: Bool
  /// Other keys are slips, not leftovers.
  let isComplete: Bool

  static let current = InterfaceKeys(
    name: "name", title: nil, filters: "filters", external: "external", bridge: "bridge", missingSwitch: true,
    isComplete: true)
  static let classic = InterfaceKeys(
    name: "interfaceID", title: "interfaceName", filters: "filterOn", external: "externalOn", bridge: "bridgeOn",
    missingSwitch: false, isComplete: false)

  var all: [String] { [name, filters, external, bridge] }
}

extension InterfaceEntry {
  fileprivate init?(_ node: PropertyListNode, _ keys: InterfaceKeys, into findings: inout Findings) {
    guard let name = Self.name(of: node, keys) else {
      findings.add(.interfaceWithoutName(key: keys.name, at: node.place))
      return nil
    }
    func isOn(_ key: String, missing: Bool) -> Bool {
      guard let node = node[key] else { return missing }
      return node.readSwitch(key, into: &findings) ?? missing
    }
    self.init(
      name: name,
      isFiltered: isOn(keys.filters, missing: keys.missingSwitch),
      isExternal: isOn(keys.external, missing: keys.missingSwitch && !["lo", "lo0"].contains(name)),
      isBridged: isOn(keys.bridge, missing: false))
    guard keys.isComplete else { return }
    for entry in node.entries where !findings.isFull(for: .warning) && !keys.all.contains(entry.key) {
      findings.add(.unknownKey(entry.key, at: entry.keyPlace, meant: nearestName(to: entry.key, in: keys.all)))
    }
  }

  private static func name(of node: PropertyListNode, _ keys: InterfaceKeys) -> String? {
    if let name = node[keys.name]?.text, !name.isEmpty { return name }
    guard let key = keys.title, let title = node[key]?.text else { return nil }
    return (try? InterfaceProperty.interfaceName(in: Substring(title).trimmed)).map { String($0) }
  }
}
