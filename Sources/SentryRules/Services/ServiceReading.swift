// What a service's rules say, read from the top down.
//
// A service is plain if its rules ask for protocols, sources and ports, pass what they find, and say nothing else: then its ports and
// its sources are all there is to say of it, and it can be written anew from them. Anything else is a person's own.

extension Service {
  /// - Parameter rules: those below it, in their order.
  init?(rule: OutlinedRule, below rules: ArraySlice<OutlinedRule>) {
    guard let number = RuleNumber(rule.number) else { return nil }
    self.init(number: number, name: rule.name, isAllowed: rule.isEnabled, ports: [], sources: [], isPlain: true)
    var walk = ServiceWalk()
    walk.visit(rule, isTop: true)
    for below in rules { walk.visit(below, isTop: false) }
    ports = walk.ports(announced: false)
    announcedPorts = walk.ports(announced: true)
    if let common = walk.commonSources { sources = common } else { isPlain = false }
  }
}

private struct ServiceWalk {
  /// Ports that are open to a source, or to everybody.
  private struct Opening {
    var ports: ServicePorts
    var source: String?
    var isAnnounced: Bool
  }

  private struct Place: Hashable {
    var ports: ServicePorts
    var isAnnounced: Bool
  }

  /// What a rule asks for, for those below it.
  private struct Level {
    var depth: Int
    var transport: ServicePorts.Transport?
    var source: String?
    var isAnnounced = false
  }

  private var openings: [Opening] = []
  private var levels: [Level] = []
  private var sources: [String] = []
  private var isPlain = true
  /// Rules below this depth are off.
  private var offDepth: Int?

  /// Who may use the service; nobody in particular if it is empty. `nil` unless the rules say the same of all its ports, and nothing
  /// else.
  var commonSources: [String]? {
    guard isPlain else { return nil }
    guard !sources.isEmpty else { return [] }
    let all = places(of: openings)
    let isCommon = sources.allSatisfy { source in places(of: openings.filter { $0.source == source }) == all }
    return isCommon && openings.allSatisfy { $0.source != nil } ? sources : nil
  }

  private func places(of openings: [Opening]) -> Set<Place> {
    Set(openings.map { Place(ports: $0.ports, isAnnounced: $0.isAnnounced) })
  }

  /// Each once.
  func ports(announced isAnnounced: Bool) -> [ServicePorts] {
    var ports: [ServicePorts] = []
    for opening in openings where opening.isAnnounced == isAnnounced && !ports.contains(opening.ports) {
      ports.append(opening.ports)
    }
    return ports
  }

  mutating func visit(_ rule: OutlinedRule, isTop: Bool) {
    levels.removeAll { $0.depth >= rule.depth }
    if let depth = offDepth, rule.depth > depth { return }
    offDepth = isTop || rule.isEnabled ? nil : rule.depth
    if offDepth != nil || !rule.parameter.isEmpty || !isTop && !rule.name.isEmpty { isPlain = false }
    guard offDepth == nil else { return }
    let value = String(Substring(rule.value.prefix { $0 != "(" }).trimmed)
    if rule.property == DestPortProperty.name { return open(value, rule) }
    if rule.action != NextLevelAction.name { isPlain = false }
    guard rule.property != AnyProperty.name else { return }
    guard rule.relation == Relation.equal.name, let level = level(of: rule, value) else { return isPlain = false }
    levels.append(level)
  }

  /// What the rule asks for; `nil` if that is none of protocol, source and announcement, or contradicts a rule above.
  private mutating func level(of rule: OutlinedRule, _ value: String) -> Level? {
    switch rule.property {
    case ProtocolProperty.name:
      guard levels.allSatisfy({ $0.transport == nil }), let transport = Self.transport(value) else { return nil }
      return Level(depth: rule.depth, transport: transport)
    case SourceNetProperty.name:
      guard levels.allSatisfy({ $0.source == nil }), !value.isEmpty else { return nil }
      if !sources.contains(value) { sources.append(value) }
      return Level(depth: rule.depth, source: value)
    case ConnectionStateProperty.name where value.lowercased() == ServiceRuleText.announced:
      return Level(depth: rule.depth, isAnnounced: true)
    default: return nil
    }
  }

  private static func transport(_ value: String) -> ServicePorts.Transport? {
    switch value.uppercased() {
    case "6", "TCP": .tcp
    case "17", "UDP": .udp
    default: nil
    }
  }

  private mutating func open(_ value: String, _ rule: OutlinedRule) {
    guard rule.action == PassAction.name, rule.relation == Relation.equal.name,
      let range = ServicePorts.range(of: value)
    else { return isPlain = false }
    if rule.childCount > 0 { isPlain = false }
    let ports = ServicePorts(levels.lazy.compactMap(\.transport).first ?? .any, range)
    openings.append(
      Opening(
        ports: ports, source: levels.lazy.compactMap(\.source).first, isAnnounced: levels.contains(where: \.isAnnounced)
      ))
  }
}
