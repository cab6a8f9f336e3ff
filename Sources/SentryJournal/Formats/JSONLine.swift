internal import Foundation

/// JSON on one line, keys in order, as log files and the control socket have it.
package enum JSONLine {
  package static func bytes(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }

  /// `nil` for what JSON has no form for, such as a number that is none.
  static func text(_ value: some Encodable) -> String? {
    (try? bytes(value)).map { String(decoding: $0, as: UTF8.self) }
  }
}
