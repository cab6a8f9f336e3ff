/// A service that a document can let in: one rule below its group `Services`, which opens ports that belong together.
///
/// The rule is called `Screen sharing (vnc, rfb)`: a title, and in parentheses what people call it otherwise.
public struct Service: Sendable, Equatable {
  /// Its rule.
  public var number: RuleNumber
  /// The whole name of its rule.
  public var name: String
  /// It is on.
  public var isAllowed: Bool
  /// What its rule lets in.
  public var ports: [ServicePorts]
  /// Who may use it, as the rule has it; everybody if there is none.
  public var sources: [String]
  /// The rule asks for nothing but protocols, ports and sources.
  public var isPlain: Bool

  /// `Screen sharing`.
  public var title: String { String(Substring(name.prefix { $0 != "(" }).trimmed) }

  /// `vnc`, `rfb`.
  public var words: [String] {
    guard let start = name.firstIndex(of: "("), let end = name.lastIndex(of: ")"), start < end else { return [] }
    return name[name.index(after: start)..<end].split(separator: ",").map { String($0.trimmed) }
  }

  /// Capitals make no difference.
  func isCalled(_ word: String) -> Bool {
    ([name, title] + words).contains { $0.lowercased() == word.lowercased() }
  }

  /// `22/tcp`, `53/tcp, 53/udp`; its number where it says nothing of ports.
  public var portList: String {
    ports.isEmpty ? "rule \(number)" : ports.map(\.description).joined(separator: ", ")
  }
}

/// The services of a document.
public struct ServiceGroup: Sendable {
  /// What the group's rule is called, at the top level.
  public static let name = "Services"

  /// Its rule.
  public let number: RuleNumber
  public let isEnabled: Bool
  public let services: [Service]

  /// `nil` if the document has no such group.
  ///
  /// - Parameter rules: the document's, in their order.
  public init?(in rules: [OutlinedRule]) {
    guard let index = rules.firstIndex(where: { $0.depth == 0 && $0.name == Self.name }),
      let number = RuleNumber(rules[index].number)
    else { return nil }
    self.number = number
    isEnabled = rules[index].isEnabled
    let below = rules[(index + 1)...].prefix { $0.depth > 0 }
    services = below.indices.filter { below[$0].depth == 1 }.compactMap { start in
      let rest = below[(start + 1)...].prefix { $0.depth > 1 }
      return Service(rule: below[start], below: rest)
    }
  }

  /// The service that people call so, or whose rule opens exactly these ports; the first of several.
  public func service(called word: String) -> Service? {
    if let named = services.first(where: { $0.isCalled(word) }) { return named }
    return ServicePorts(word).flatMap { ports in services.first { $0.isPlain && $0.ports == [ports] } }
  }

  /// All that people may say, for a hint.
  public var words: [String] { services.flatMap { $0.words + [$0.title] } }
}

extension Service {
  /// - Parameter rules: those below it, in their order.
  fileprivate init?(rule: OutlinedRule, below rules: ArraySlice<OutlinedRule>) {
    guard let number = RuleNumber(rule.number) else { return nil }
    self.init(
      number: number, name: rule.name, isAllowed: rule.isEnabled, ports: [], sources: [], isPlain: true)
    var walk = ServiceWalk()
    walk.visit(rule, isOn: true)
    for below in rules { walk.visit(below, isOn: below.isEnabled) }
    (ports, sources, isPlain) = (walk.ports, walk.sources, walk.isPlain)
  }
}

/// Reads what a service's rules say, from the top down.
private struct ServiceWalk {
  private(set) var ports: [ServicePorts] = []
  private(set) var sources: [String] = []
  private(set) var isPlain = true
  /// The protocol that each level asks for; the depth of the first is that of the service.
  private var transports: [(depth: Int, transport: ServicePorts.Transport)] = []

  mutating func visit(_ rule: OutlinedRule, isOn: Bool) {
    transports.removeAll { $0.depth >= rule.depth }
    guard isOn else { return isPlain = false }
    let isEqual = rule.relation == Relation.equal.name
    let value = String(Substring(rule.value.prefix { $0 != "(" }).trimmed)
    switch rule.property {
    case AnyProperty.name: break
    case ProtocolProperty.name where isEqual && (value == "6" || value.uppercased() == "TCP"):
      transports.append((rule.depth, .tcp))
    case ProtocolProperty.name where isEqual && (value == "17" || value.uppercased() == "UDP"):
      transports.append((rule.depth, .udp))
    case SourceNetProperty.name where isEqual:
      if !sources.contains(value) { sources.append(value) }
    case DestPortProperty.name where isEqual: note(value, rule)
    default: isPlain = false
    }
  }

  private mutating func note(_ value: String, _ rule: OutlinedRule) {
    guard rule.action == PassAction.name, let range = ServicePorts.range(of: value) else { return isPlain = false }
    let found = ServicePorts(transports.last?.transport ?? .any, range)
    if !ports.contains(found) { ports.append(found) }
  }
}
