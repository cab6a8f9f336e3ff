internal import SentryPacket

/// The first and the last bytes of a word, to be compared at once: up to sixteen bytes all of it.
///
/// Letters count in either case, and so do a few pairs of other bytes that differ as those do.
struct WordEnds: BitwiseCopyable {
  private let first: UInt64
  private let last: UInt64
  private let length: Int32

  private static let folding: UInt64 = 0x2020_2020_2020_2020

  /// - Parameter bytes: one and more.
  init(_ bytes: [UInt8]) {
    length = Int32(bytes.count)
    let width = Self.width(for: bytes.count)
    first = Self.number(of: bytes.prefix(width))
    last = Self.number(of: bytes.suffix(width))
  }

  /// Says yes wherever the word stands, and to texts of another middle.
  @inline(__always)
  func mayStand(at start: Int, of frame: RawSpan) -> Bool {
    let length = Int(length)
    let width = Self.width(for: length)
    return Self.read(width, at: start, of: frame) == first
      && Self.read(width, at: start &+ length &- width, of: frame) == last
  }

  /// Two of so many bytes cover twice as long a word.
  private static func width(for length: Int) -> Int { length >= 8 ? 8 : length >= 4 ? 4 : length >= 2 ? 2 : 1 }

  private static func number(of bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) } | folding
  }

  @inline(__always)
  private static func read(_ width: Int, at offset: Int, of frame: RawSpan) -> UInt64? {
    let number: UInt64? =
      switch width {
      case 8: frame.wire64(at: offset)
      case 4: frame.wire32(at: offset).map(UInt64.init)
      case 2: frame.wire16(at: offset).map(UInt64.init)
      default: frame.wire8(at: offset).map(UInt64.init)
      }
    return number.map { $0 | folding }
  }
}
