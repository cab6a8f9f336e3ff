internal import SentryDiagnostics
internal import SentryPropertyList

/// Finds what the names and numbers of one document mean: an exact name, else a name or alias in any case, else the
/// number.
///
/// The numbers of properties and actions changed between generations of the classic program. Which one a document
/// uses shows in those of its rules that have both a known name and a number.
struct NameResolver {
  private let propertyGeneration: GenerationVotes
  private let actionGeneration: GenerationVotes

  init(_ votes: NumberingVotes) {
    propertyGeneration = votes.properties
    actionGeneration = votes.actions
  }

  /// `Any` if the rule names none; `nil`, with a finding, if what it names cannot be used.
  func property(
    _ field: NamedField, at rule: Diagnostic.Place, into findings: inout Findings
  ) -> (any Property.Type)? {
    resolve(field, in: .properties, propertyGeneration.winner, at: rule, into: &findings)
  }

  /// `==` if the rule names none.
  func relation(_ field: NamedField, at rule: Diagnostic.Place, into findings: inout Findings) -> Relation? {
    resolve(field, in: .relations, .newest, at: rule, into: &findings)
  }

  /// `->` if the rule names none.
  func action(_ field: NamedField, at rule: Diagnostic.Place, into findings: inout Findings) -> (any Action.Type)? {
    if field.word == nil, let code = field.code, !actionGeneration.isDecided {
      noteAssumption(code, at: field.place ?? rule, into: &findings)
    }
    return resolve(field, in: .actions, actionGeneration.winner, at: rule, into: &findings)
  }

  /// A bare number that means one action in the newest generation and another in the middle one, and nothing shows
  /// which it is.
  private func noteAssumption(_ code: Int, at place: Diagnostic.Place, into findings: inout Findings) {
    let newest = NameTable.actions.entry(numbered: code, in: .newest)
    let middle = NameTable.actions.entry(numbered: code, in: .middle)
    guard let newest, let middle, newest.name != middle.name else { return }
    findings.addOnce("generation", .assumedGeneration(code, newest.name, orElse: middle.name, at: place))
  }

  private func resolve<Item>(
    _ field: NamedField, in table: NameTable<Item>, _ generation: Generation, at rule: Diagnostic.Place,
    into findings: inout Findings
  ) -> Item? {
    if let unreadable = field.unreadable {
      findings.add(.wrongType(of: "the \(table.noun)", expected: "a name or a number", at: unreadable.place))
      return nil
    }
    let place = field.place ?? rule
    return entry(for: field, in: table, generation, at: place, into: &findings)?.item
  }

  private func entry<Item>(
    for field: NamedField, in table: NameTable<Item>, _ generation: Generation, at place: Diagnostic.Place,
    into findings: inout Findings
  ) -> NameTable<Item>.Entry? {
    let numbered = table.entry(numbered: field.code ?? 0, in: generation)
    guard let word = field.word else {
      if numbered == nil { findings.add(.unknownNumber(field.code ?? 0, table, generation, at: place)) }
      return numbered
    }
    if let named = table.entry(named: word) {
      if let code = field.code, let expected = named.codes[generation], code != expected {
        findings.addOnce("number mismatch", .nameNumberMismatch(word, code, numbered?.name, at: place))
      }
      return named
    }
    if field.code != nil, let numbered {
      findings.add(.numberCounts(word, numbered.name, table, at: place))
      return numbered
    }
    findings.add(.unknownName(word, table, at: place))
    return nil
  }
}
