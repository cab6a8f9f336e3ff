/// How long an address stays in its table after the last packet that refreshed it: whole seconds, or for ever.
public struct AddressDuration: Hashable, Sendable {
  /// The address stays until it is removed, or until a table full of such addresses needs its place.
  public static let unlimited = AddressDuration(seconds: nil)

  /// 1 or more; `nil` for ever.
  public let seconds: UInt32?

  /// No seconds and 0 seconds both mean for ever, as in the classic program (docs/Classic.md, "Address tables").
  public init(seconds: UInt32?) {
    self.seconds = seconds == 0 ? nil : seconds
  }
}

extension AddressDuration: Comparable {
  /// The longer one is the greater; `unlimited` is the longest.
  public static func < (a: AddressDuration, b: AddressDuration) -> Bool { a.nanoseconds < b.nanoseconds }
}

extension AddressDuration {
  /// As a lifetime in a `LinkedTable`.
  var nanoseconds: Int64 {
    guard let seconds else { return ExpiryClass.unlimited }
    return Int64(seconds) * 1_000_000_000  // at most 2^32 × 10^9 < 2^63
  }

  /// From the lifetime of a class.
  init(nanoseconds: Int64) {
    self.init(
      seconds: nanoseconds == ExpiryClass.unlimited ? nil : UInt32(truncatingIfNeeded: nanoseconds / 1_000_000_000))
  }
}
