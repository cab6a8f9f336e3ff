internal import Foundation
internal import GRDB
internal import SentryPacket

/// An address as the database holds it: a number, or a blob of 16 bytes for IPv6.
extension IPAddress {
  var column: DatabaseValue {
    guard let v4 else { return Data([high, low].flatMap(\.networkBytes)).databaseValue }
    return Int64(v4).databaseValue
  }

  /// `nil` for what is no address.
  init?(_ column: DatabaseValue) {
    switch column.storage {
    case .int64(let number):
      guard let number = UInt32(exactly: number) else { return nil }
      self.init(v4: number)
    case .blob(let bytes):
      guard bytes.count == 16 else { return nil }
      let (high, low) = (bytes.prefix(8).number, bytes.suffix(8).number)
      self.init(high: high, low: low)
    case .null, .double, .string: return nil
    }
  }
}

extension UInt64 {
  fileprivate var networkBytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * $0)) } }
}

extension Data {
  fileprivate var number: UInt64 { reduce(0) { $0 << 8 | UInt64($1) } }
}
