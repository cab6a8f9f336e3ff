import SentryRules

/// A document with every property in every relation, and every action: made from their declarations, so that new ones
/// are in it.
enum EveryWord {
  /// The conditions are there twice: at the top, and below one that finds the sender in a table. The tables are small,
  /// so that a few packets fill them.
  ///
  /// - Parameter properties: all, or some of them.
  static func document(of properties: [any Property.Type]) -> String {
    let conditions = conditions(of: properties)
    return """
      {
        rules = (
          \(conditions),
          { enabled = 1; propertyName = Include; propertyValue = address; children = ( \(conditions) ); },
          \(endings)
        );
        settings = { addressCapacity = 16; connectionCapacity = 16; fragmentCapacity = 4; delayCapacity = 2; };
      }
      """
  }

  /// Every condition, with one action after the other of those that go on.
  private static func conditions(of properties: [any Property.Type]) -> String {
    let actions = allActions.filter { !$0.operation.isTerminating }
    let tests = properties.flatMap { property in
      // In a fixed order, which a set does not have: findings must repeat.
      Relation.allCases.filter(property.relations.contains).map { test(property, $0, property.example) }
    }
    return tests.enumerated().map { index, test in
      rule(test, actions[index % actions.count], child: index.isMultiple(of: 5) ? "Log" : "")
    }.joined(separator: ",\n    ")
  }

  /// Every action that ends the walk, each for a share of the ports.
  private static var endings: String {
    let actions = allActions.filter { $0.operation.isTerminating }
    let share = 65_536 / actions.count
    return actions.enumerated().map { index, action in
      let ports = "\(index * share)-\(index * share + share - 1)"
      return rule(#"propertyName = "Source port"; propertyValue = "\#(ports)";"#, action, child: "Trigger")
    }.joined(separator: ",\n    ")
  }

  private static func test(_ property: any Property.Type, _ relation: Relation, _ value: String) -> String {
    let value = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return """
      propertyName = "\(property.name)"; relationName = "\(relation.name)"; propertyValue = "\(value)";
      """
  }

  private static func rule(_ test: String, _ action: any Action.Type, child: String) -> String {
    let children = child.isEmpty ? "" : #"{ enabled = 1; filterActionName = "\#(child)"; }"#
    return """
      { enabled = 1; \(test) filterActionName = "\(action.name)"; parameter = "\(action.parameterExample)"; \
      children = ( \(children) ); }
      """
  }
}
