internal import SentryControl
internal import SentryRules

extension VocabularyReply {
  /// Made from the declarations of the language.
  static let language = VocabularyReply(
    properties: allProperties.map { PropertyReport($0) }, actions: allActions.map { ActionReport($0) },
    relations: Relation.allCases.map(\.name))
}

extension PropertyReport {
  fileprivate init(_ property: any Property.Type) {
    let relations = property.needsValue ? Relation.allCases.filter(property.relations.contains).map(\.name) : []
    self.init(
      name: property.name, number: property.codes.newest, relations: relations, values: property.suggestions,
      syntax: property.valueSyntax, summary: property.summary, details: property.details, example: property.example,
      aliases: property.aliases)
  }
}

extension ActionReport {
  fileprivate init(_ action: any Action.Type) {
    self.init(
      name: action.name, number: action.codes.newest, needsParameter: (try? action.argument(of: "")) == nil,
      parameterHint: action.parameterMeaning ?? "", summary: action.summary, details: action.details,
      parameterExample: action.parameterExample, endsWalk: action.operation.isTerminating, aliases: action.aliases)
  }
}
