internal import SentryDiagnostics
internal import SentryPropertyList

/// A property, relation or action as a rule gives it: by name, by number, or both.
struct NamedField: Sendable {
  private let name: PropertyListNode?
  private let number: PropertyListNode?

  init(name: PropertyListNode?, number: PropertyListNode?) {
    self.name = name
    self.number = number
  }

  /// There is something in the number's place.
  var hasNumber: Bool { number != nil }

  /// The name; `nil` if there is none, it is empty, or it is a number in the wrong place.
  var word: String? {
    guard let text = name?.text, !Substring(text).trimmed.isEmpty, Int64(text) == nil else { return nil }
    return text
  }

  /// The number, wherever it stands.
  var code: Int? {
    (number?.integer ?? name?.integer).flatMap { Int(exactly: $0) }
  }

  /// Something is there that is neither a word nor a number.
  var unreadable: PropertyListNode? {
    if let name, name.text == nil { return name }
    if let number, number.integer == nil, number.text.map({ Substring($0).trimmed.isEmpty }) != true { return number }
    return nil
  }

  /// Something is given, and it is not `standard`, whose number is 0.
  func isOther<Item>(than standard: String, in table: NameTable<Item>) -> Bool {
    guard let word else { return (code ?? 0) != 0 }
    return table.entry(named: word)?.name != standard
  }

  /// The name's place, else the number's.
  var place: Diagnostic.Place? { (name ?? number)?.place }
}
