/// The rule of a service as text: an array of one rule, with numbers in comments that follow where it goes.
enum ServiceRuleText {
  /// What `Connection state` says of a connection that another one has announced.
  static let announced = "established"

  static func text(name: String, ports: [ServicePorts], announced: [ServicePorts] = [], sources: [String]) -> String {
    let inner =
      sources.isEmpty
      ? below(ports, announced, "    ")
      : list(
        sources.map { source in
          rule(
            "    ", [WrittenEntry(.propertyName, SourceNetProperty.name), WrittenEntry(.propertyValue, source)],
            below(ports, announced, "      "))
        })
    return "(\n" + rule("  ", [WrittenEntry(.propertyName, AnyProperty.name)], inner, name: name) + "\n)\n"
  }

  private static func below(_ ports: [ServicePorts], _ announced: [ServicePorts], _ indent: String) -> String {
    guard !announced.isEmpty else { return below(ports, indent) }
    let test = [
      WrittenEntry(.propertyName, ConnectionStateProperty.name), WrittenEntry(.propertyValue, Self.announced),
    ]
    return list([below(ports, indent), rule(indent, test, below(announced, indent + "  "))])
  }

  /// One rule for each protocol, with its ports below it.
  private static func below(_ ports: [ServicePorts], _ indent: String) -> String {
    var rules: [String] = []
    for transport in ServicePorts.Transport.allCases {
      let own = ports.filter { $0.transport == transport }
      guard let value = transport.value, !own.isEmpty else {
        rules += own.map { port($0, indent) }
        continue
      }
      let test = [WrittenEntry(.propertyName, ProtocolProperty.name), WrittenEntry(.propertyValue, value)]
      rules.append(rule(indent, test, list(own.map { port($0, indent + "  ") })))
    }
    return list(rules)
  }

  private static func port(_ ports: ServicePorts, _ indent: String) -> String {
    rule(
      indent,
      [
        WrittenEntry(.propertyName, DestPortProperty.name), WrittenEntry(.propertyValue, ports.value),
        WrittenEntry(.filterActionName, PassAction.name),
      ])
  }

  private static func rule(_ indent: String, _ entries: [WrittenEntry], _ below: String = "", name: String = "")
    -> String
  {
    let identity = (name.isEmpty ? [] : [WrittenEntry(.nodeName, name)]) + [WrittenEntry(.enabled, "1")]
    let head = indent + "{ /* 1 */" + (identity + entries).map { " " + $0.text }.joined()
    return below.isEmpty ? head + " }" : head + " children = (\n\(below)\n\(indent)); }"
  }

  private static func list(_ rules: [String]) -> String { rules.joined(separator: ",\n") }
}
