/// The three numberings of properties and actions that saved documents hold (docs/Classic.md, "Generations").
public enum Generation: Sendable, CaseIterable {
  /// 2008 and after.
  case newest
  /// 2005: property numbers as in the newest, action numbers one lower from 10 on.
  case middle
  /// 2003: most action numbers are unknown today.
  case year2003
}

/// The number of one name in each generation, `nil` where it had none or none is known.
public struct GenerationCodes: Sendable, Equatable {
  public let newest: Int?
  public let middle: Int?
  public let year2003: Int?

  /// Of what documents know by name only.
  static let none = GenerationCodes(newest: nil, middle: nil)

  /// Of an action.
  init(newest: Int?, middle: Int?, year2003: Int? = nil) {
    self.newest = newest
    self.middle = middle
    self.year2003 = year2003
  }

  /// Of a property: the newest and the middle generation agree.
  init(_ code: Int, year2003: Int?) {
    self.init(newest: code, middle: code, year2003: year2003)
  }

  public subscript(generation: Generation) -> Int? {
    switch generation {
    case .newest: newest
    case .middle: middle
    case .year2003: year2003
    }
  }
}

/// A name that only old documents use, with its numbers.
public struct LegacyName: Sendable, Equatable {
  public let name: String
  public let codes: GenerationCodes
}
