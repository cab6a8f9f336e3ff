internal import SentryDiagnostics

/// Finds properties, relations or actions by the names and numbers that documents hold.
struct NameTable<Item: Sendable>: Sendable {
  /// What a name or a number stands for.
  struct Entry: Sendable {
    /// The canonical name.
    let name: String
    let codes: GenerationCodes
    let item: Item
  }

  /// What people call an item of the table: "property".
  let noun: String
  /// Of findings about names that are not in the table.
  let unknownID: Diagnostic.ID
  /// Canonical names that can be used, for suggestions.
  private(set) var names: [String] = []
  /// What other firewalls call items of the table, in lower case, with the names here.
  private var foreignWords: [String: [String]] = [:]
  private var byName: [String: Entry] = [:]
  /// By lower-case name, canonical ones and aliases.
  private var byFoldedName: [String: Entry] = [:]
  private var byCode: [Generation: [Int: Entry]] = [:]

  init(_ noun: String, _ unknownID: Diagnostic.ID, foreignWords: [String: [String]] = [:]) {
    self.noun = noun
    self.unknownID = unknownID
    self.foreignWords = foreignWords
  }

  /// A name that is not current is read, but not suggested to people.
  mutating func add(_ entry: Entry, aliases: [String] = [], isCurrent: Bool = true) {
    byName[entry.name] = entry
    for name in [entry.name] + aliases { byFoldedName[name.lowercased()] = entry }
    for generation in Generation.allCases {
      if let code = entry.codes[generation] { byCode[generation, default: [:]][code] = entry }
    }
    if isCurrent { names.append(entry.name) }
  }

  /// By canonical name, else by any name in any case.
  func entry(named name: String) -> Entry? {
    byName[name] ?? byFoldedName[Substring(name).trimmed.lowercased()]
  }

  /// What somebody may have meant by a name that is not in the table: `did you mean 'Delete' or 'Drop connection'?`
  func hint(for name: String) -> String? { didYouMean(name, in: names, foreignWords: foreignWords) }

  func entry(numbered code: Int, in generation: Generation) -> Entry? {
    byCode[generation]?[code]
  }
}

extension NameTable<any Property.Type> {
  static let properties: Self = {
    var table = Self("property", .unknownProperty)
    for property in allProperties {
      table.add(Entry(name: property.name, codes: property.codes, item: property), aliases: property.aliases)
      for legacy in property.legacyNames {
        table.add(Entry(name: legacy.name, codes: legacy.codes, item: property), isCurrent: false)
      }
    }
    return table
  }()
}

extension NameTable<any Action.Type> {
  static let actions: Self = {
    var table = Self("action", .unknownAction, foreignWords: foreignActionWords)
    for action in allActions {
      table.add(Entry(name: action.name, codes: action.codes, item: action), aliases: action.aliases)
    }
    return table
  }()
}

extension NameTable<Relation> {
  static let relations: Self = {
    var table = Self("relation", .unknownRelation)
    for relation in Relation.allCases {
      let codes = GenerationCodes(relation.code, year2003: relation.code)
      table.add(Entry(name: relation.name, codes: codes, item: relation))
    }
    return table
  }()
}
