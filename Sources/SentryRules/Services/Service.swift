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
  /// Where connections may begin that those to its ports have announced (`settings.helpers`).
  public var announcedPorts: [ServicePorts] = []
  /// Who may use it, as the rule has it; everybody if there is none. Empty for a rule that is not plain.
  public var sources: [String]
  /// Ports and sources are all that its rule says: it passes what comes to each of the ports from each of the sources.
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

  /// `192.168.0.0/24, 2001:db8::/32`; empty for everybody.
  public var sourceList: String {
    isPlain ? sources.joined(separator: ", ") : "whom rule \(number) says"
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
