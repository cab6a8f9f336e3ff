/// By how many bits the two ends of a TCP connection shift their windows (RFC 7323 §2), in one byte.
///
/// Known once both SYNs were seen. Where either says nothing of it, neither end shifts (RFC 7323 §2.2).
struct WindowShifts: BitwiseCopyable, Equatable {
  /// Four bits for each end, those of the end that the flow's key names first in the lower half.
  private var bits: UInt8 = 0xFF

  private static let unknown: UInt8 = 0xF

  /// - Parameter shift: 0...14; `nil` if the end's SYN says nothing.
  mutating func note(_ shift: UInt8?, ofFirstEnd: Bool) {
    guard let shift else { return bits = 0 }
    bits = ofFirstEnd ? bits & 0xF0 | min(14, shift) : bits & 0x0F | min(14, shift) << 4
  }

  /// `nil` while it is not known.
  func shift(ofFirstEnd: Bool) -> UInt8? {
    guard bits & 0xF != Self.unknown, bits >> 4 != Self.unknown else { return nil }
    return ofFirstEnd ? bits & 0xF : bits >> 4
  }
}
