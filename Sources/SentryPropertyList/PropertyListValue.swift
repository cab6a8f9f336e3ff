/// A plain property-list value, without places: what one builds to print it.
public indirect enum PropertyListValue: Equatable, Sendable {
  case string(String)
  case integer(Int64)
  case real(Double)
  case boolean(Bool)
  case date(secondsSince1970: Double)
  case data([UInt8])
  case array([PropertyListValue])
  case dictionary(PropertyListDictionary)

  /// A string as it is, a number in decimal, a boolean as `1` or `0`; `nil` for dates, data and containers.
  public var text: String? {
    switch self {
    case .string(let text): text
    case .integer(let number): String(number)
    case .real(let number): Int64(exactly: number).map { String($0) } ?? String(number)
    case .boolean(let flag): flag ? "1" : "0"
    case .date, .data, .array, .dictionary: nil
    }
  }
}

extension PropertyListValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  public init(stringLiteral text: String) {
    self = .string(text)
  }

  public init(integerLiteral number: Int64) {
    self = .integer(number)
  }

  public init(arrayLiteral elements: PropertyListValue...) {
    self = .array(elements)
  }
}

/// A dictionary whose entries keep the order they were given in.
public struct PropertyListDictionary: Equatable, Sendable {
  public struct Entry: Equatable, Sendable {
    public var key: String
    public var value: PropertyListValue

    public init(key: String, value: PropertyListValue) {
      self.key = key
      self.value = value
    }
  }

  public var entries: [Entry]

  public init(_ entries: [Entry] = []) {
    self.entries = entries
  }

  /// The value of the first entry with this key. Setting replaces it or appends an entry at the end; `nil` removes it.
  public subscript(key: String) -> PropertyListValue? {
    get { entries.first { $0.key == key }?.value }
    set {
      let index = entries.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): entries[index].value = value
      case (let index?, nil): entries.remove(at: index)
      case (nil, let value?): entries.append(Entry(key: key, value: value))
      case (nil, nil): break
      }
    }
  }
}

extension PropertyListDictionary: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral entries: (String, PropertyListValue)...) {
    self.init(entries.map { Entry(key: $0.0, value: $0.1) })
  }
}
