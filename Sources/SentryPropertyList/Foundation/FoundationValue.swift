import Foundation
import SentryDiagnostics

/// What Foundation's property-list reader returns, as our own values.
struct FoundationValue {
  /// What could be taken over.
  let value: PropertyListValue
  /// Values no property list of ours has, such as the references of a keyed archive.
  private(set) var findings: [Diagnostic] = []

  /// Reads an XML or binary property list; throws Foundation's error if it is neither.
  init(reading bytes: [UInt8]) throws {
    // Safe: no pointer is passed; only the type of the last parameter is unsafe.
    self.init(try unsafe PropertyListSerialization.propertyList(from: Data(bytes), options: [], format: nil))
  }

  /// - Parameter object: as Foundation returns it, at most `Parser.nestingLimit` deep.
  private init(_ object: Any) {
    var findings: [Diagnostic] = []
    value = Self.convert(object, path: "", &findings)
    self.findings = findings
  }

  private static func convert(_ object: Any, path: String, _ findings: inout [Diagnostic]) -> PropertyListValue {
    switch object {
    case let text as String: return .string(text)
    case let data as Data: return .data(Array(data))
    case let date as Date: return .date(secondsSince1970: date.timeIntervalSince1970)
    case let array as [Any]:
      return .array(array.enumerated().map { convert($1, path: "\(path)[\($0)]", &findings) })
    case let dictionary as [String: Any]:
      let entries = dictionary.sorted { $0.key < $1.key }.map { key, value in
        PropertyListDictionary.Entry(
          key: key, value: convert(value, path: path.isEmpty ? key : "\(path).\(key)", &findings))
      }
      return .dictionary(PropertyListDictionary(entries))
    default: return convertNumber(object, path: path, &findings)
    }
  }

  /// Numbers and booleans are told apart by their dynamic type: each can be cast to the other.
  private static func convertNumber(_ object: Any, path: String, _ findings: inout [Diagnostic]) -> PropertyListValue {
    if type(of: object) == Bool.self, let flag = object as? Bool { return .boolean(flag) }
    if let number = object as? NSNumber {
      if let integer = object as? Int64 { return .integer(integer) }
      return .real(number.doubleValue)
    }
    let place = Diagnostic.Place(path: path.isEmpty ? "root" : path)
    findings.append(
      Diagnostic(.unsupportedValue, at: place, "a value of type \(type(of: object)) has no place in a document"))
    return .string("")
  }
}
