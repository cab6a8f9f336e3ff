import Foundation

extension PropertyListValue {
  /// Why a value was not written as XML or binary.
  public struct WriteFailure: Error, CustomStringConvertible {
    public let description: String
  }

  /// As an XML property list, with the keys of every dictionary in the order of the alphabet.
  public func xml() throws(WriteFailure) -> [UInt8] { try written(as: .xml) }

  /// As a binary property list.
  public func binary() throws(WriteFailure) -> [UInt8] { try written(as: .binary) }

  private func written(as format: PropertyListSerialization.PropertyListFormat) throws(WriteFailure) -> [UInt8] {
    do {
      return [UInt8](
        try PropertyListSerialization.data(
          fromPropertyList: foundationObject(isXML: format == .xml), format: format, options: 0))
    } catch let failure as WriteFailure {
      throw failure
    } catch {
      throw WriteFailure(description: error.localizedDescription)
    }
  }

  private func foundationObject(isXML: Bool) throws(WriteFailure) -> Any {
    switch self {
    case .string(let text):
      guard !isXML || text.unicodeScalars.allSatisfy(\.isAllowedInXML) else {
        throw WriteFailure(description: "a text holds a control character, which XML has no way to write")
      }
      return text
    case .integer(let number): return number
    case .real(let number): return number
    case .boolean(let flag): return flag
    case .date(let seconds): return Date(timeIntervalSince1970: seconds)
    case .data(let bytes): return Data(bytes)
    case .array(let elements):
      return try elements.map { element throws(WriteFailure) -> Any in try element.foundationObject(isXML: isXML) }
    case .dictionary(let dictionary):
      var object: [String: Any] = [:]
      for entry in dictionary.entries { object[entry.key] = try entry.value.foundationObject(isXML: isXML) }
      return object
    }
  }
}

extension Unicode.Scalar {
  /// XML 1.0, production 2.
  fileprivate var isAllowedInXML: Bool {
    value >= 0x20 && value != 0xFFFE && value != 0xFFFF || value == 0x09 || value == 0x0A || value == 0x0D
  }
}
