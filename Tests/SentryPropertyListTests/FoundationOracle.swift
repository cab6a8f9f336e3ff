import Foundation

@testable import SentryPropertyList

/// Foundation's reader of old-style property lists (CoreFoundation's), as an independent opinion on text documents.
///
/// Where we differ from it, and why:
/// - An empty document, or one of blanks and comments only, is an empty dictionary to it and a finding to us: nobody
///   means to run a firewall on it.
/// - A key that occurs twice: it keeps the last; to us that is an error, because one of the two was meant to count.
/// - `+` in bare words: it refuses it; the classic program's text form has it (docs/Classic.md, "Text form").
/// - `/*` right after a bare word: it takes the slash for a part of the word and fails; to us it begins a comment.
/// - An escape that is none (`\q`): it drops the backslash; to us it is an error.
/// - `\U` without a digit after it, or octal above 377: it reads NUL or cuts bits off; to us these are errors.
/// - The undefined NeXTSTEP codes 376 and 377: it reads NUL; to us they are errors.
/// - Half a surrogate pair: it keeps it; to us it is an error, because no text can hold it.
/// - A comment without its end: it reads on as if it ended with the text; to us it is an error.
/// - Text after the pairs of a document without braces: it stops reading there; to us it is an error.
/// - 513 containers inside one another: it allows one more level than our 512.
/// - Bytes 0 at the end of the text, and no-break spaces: it and we refuse both.
enum FoundationOracle {
  /// What it reads; `nil` if it refuses the text.
  static func read(_ text: String) -> PropertyListValue? {
    var format = PropertyListSerialization.PropertyListFormat.xml
    guard
      let object = try? unsafe PropertyListSerialization.propertyList(
        from: Data(text.utf8), options: [], format: &format), format == .openStep
    else { return nil }
    return value(of: object)
  }

  /// What it reads from an XML or binary property list; `nil` if it refuses it.
  static func value(ofXMLOrBinary bytes: [UInt8]) -> PropertyListValue? {
    (try? unsafe PropertyListSerialization.propertyList(from: Data(bytes), options: [], format: nil)).flatMap(value)
  }

  private static func value(of object: Any) -> PropertyListValue? {
    switch object {
    case let date as Date: return .date(secondsSince1970: date.timeIntervalSince1970)
    case let text as String: return .string(text)
    case let data as Data: return .data(Array(data))
    case let array as [Any]: return .array(array.compactMap(value))
    case let dictionary as [String: Any]:
      return .dictionary(
        PropertyListDictionary(
          dictionary.sorted { $0.key < $1.key }.compactMap { key, object in
            value(of: object).map { .init(key: key, value: $0) }
          }))
    default: return number(object)
    }
  }

  /// Numbers and booleans are told apart by their dynamic type: each can be cast to the other.
  private static func number(_ object: Any) -> PropertyListValue? {
    if type(of: object) == Bool.self, let flag = object as? Bool { return .boolean(flag) }
    if let integer = object as? Int64 { return .integer(integer) }
    return (object as? NSNumber).map { .real($0.doubleValue) }
  }
}

extension PropertyListValue {
  /// With the keys of every dictionary in alphabetical order, as the oracle has them.
  var sortedByKey: PropertyListValue {
    switch self {
    case .array(let elements): .array(elements.map(\.sortedByKey))
    case .dictionary(let dictionary):
      .dictionary(
        PropertyListDictionary(
          dictionary.entries.map { .init(key: $0.key, value: $0.value.sortedByKey) }.sorted { $0.key < $1.key }))
    default: self
    }
  }
}
