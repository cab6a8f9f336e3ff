internal import ArgumentParser

/// A number of bytes in units of 1,024, as options take it: `512K`, `64M`, `2G`.
enum SizeArgument {
  private static let units: [Character: Int64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]

  static func bytes(_ text: String) throws -> Int64 {
    guard let bytes = number(text) else {
      throw ValidationError("'\(text)' is no size; expected 512K, 64M, 2G or the like")
    }
    return bytes
  }

  /// - Parameter megabytes: the least that will do.
  static func bytes(_ text: String, atLeast megabytes: Int64) throws -> Int64 {
    guard let bytes = number(text), bytes >= megabytes << 20 else {
      throw ValidationError("'\(text)' is no size; expected 64M, 2G or the like, at least \(megabytes)M")
    }
    return bytes
  }

  private static func number(_ text: String) -> Int64? {
    guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), number > 0,
      case (let bytes, false) = number.multipliedReportingOverflow(by: unit)
    else { return nil }
    return bytes
  }
}
