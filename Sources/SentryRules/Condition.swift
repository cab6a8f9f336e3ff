/// The tested half of a rule: property, relation and value, read and found good.
public struct Condition: Sendable {
  public let property: any Property.Type
  /// As the document has it, also where the property reads it as `==`.
  public let relation: Relation
  private let lowering: @Sendable (inout ProgramBuilder) -> LoweredTest

  /// - Throws: if `value` is blank where one is needed, or is not what `property` accepts.
  public init<P: Property>(_ property: P.Type, _ relation: Relation, value: some StringProtocol) throws(ValueError) {
    let text = Substring(value)
    let operand = try P.parse(P.needsValue ? P.significant(text) : text)
    let meant = P.relations.contains(relation) ? relation : .equal
    self.init(property: property, relation: relation) { program in P.lower(meant, operand, into: &program) }
  }

  private init(
    property: any Property.Type, relation: Relation, lowering: @escaping @Sendable (inout ProgramBuilder) -> LoweredTest
  ) {
    self.property = property
    self.relation = relation
    self.lowering = lowering
  }

  /// `Any ==`.
  static let always = Condition(property: AnyProperty.self, relation: .equal) { program in
    AnyProperty.lower(.equal, (), into: &program)
  }

  /// The relation asks for an order or for letters, and the property has none.
  public var isReadAsEqual: Bool { !property.relations.contains(relation) }

  /// The condition holds for packets of some protocols only.
  var tellsProtocol: Bool {
    relation != .notEqual && (property == ProtocolProperty.self || property.precondition != nil)
  }

  func lower(into program: inout ProgramBuilder) -> LoweredTest { lowering(&program) }
}

extension Property {
  /// What remains of a value for `parse`.
  fileprivate static func significant(_ text: Substring) throws(ValueError) -> Substring {
    let significant = try text.without(remarks)
    guard !significant.isEmpty else { throw ValueError.missing(property: name, example: example) }
    return significant
  }
}
