import Foundation

extension PropertyListValue {
  /// Why a value was not written as XML or binary.
  public struct WriteFailure: Error, CustomStringConvertible {
    public let description: String
  }

  /// As an XML property list.
  public func xml() throws(WriteFailure) -> [UInt8] { try XMLWriter.write(self) }

  /// As a binary property list.
  public func binary() throws(WriteFailure) -> [UInt8] {
    do {
      return [UInt8](
        try PropertyListSerialization.data(fromPropertyList: foundationObject, format: .binary, options: 0))
    } catch {
      throw WriteFailure(description: error.localizedDescription)
    }
  }

  private var foundationObject: Any {
    switch self {
    case .string(let text): return text
    case .integer(let number): return number
    case .real(let number): return number
    case .boolean(let flag): return flag
    case .date(let seconds): return Date(timeIntervalSince1970: seconds)
    case .data(let bytes): return Data(bytes)
    case .array(let elements): return elements.map(\.foundationObject)
    case .dictionary(let dictionary):
      return Dictionary(dictionary.entries.map { ($0.key, $0.value.foundationObject) }) { first, _ in first }
    }
  }
}
