internal import CLanes

/// Grams that texts are known by, to be looked for in packets many at a time.
///
/// A gram is a run of 1, 2 or 4 bytes, small letters and capital ones alike. A set is asked for one every so many bytes; it may
/// say yes to a gram that is not in it, but never no to one that is.
///
/// Few grams of four, four bytes apart, fit into the registers of a processor with AVX-512, which looks up sixteen at once.
public struct GramSet: Sendable {
  /// Asked for at once, at most.
  public static var mostAnswers: Int { 64 }
  /// More would fill the small set so far that it says yes to most.
  private static let mostInRegisters = 1_024

  /// Bytes of a gram: 1, 2 or 4.
  public let length: Int
  /// Bytes from the beginning of one gram that is asked for to the next.
  public let stride: Int
  private var words: [UInt64]
  private let shift: UInt32
  /// The same in another form; empty where it is of no use.
  private var small: [UInt32]

  /// An empty set.
  ///
  /// - Parameters:
  ///   - length: of a gram in bytes: 1, 2, or else 4.
  ///   - stride: as the property says; the nearest of 1...64.
  ///   - count: grams that will be in it, as far as that is known.
  public init(length: Int, stride: Int, count: Int) {
    self.length = length == 1 || length == 2 ? length : 4
    self.stride = min(max(1, stride), 64)
    // Sixteen bits for a gram and more, but no less than a cache line has.
    let logarithm = min(max(Int.bitWidth - max(1, count).leadingZeroBitCount - 2, 3), 15)
    shift = UInt32(32 - logarithm)
    words = Array(repeating: 0, count: 1 << logarithm)
    let isSmall = self.length == 4 && stride == 4 && count <= Self.mostInRegisters && sentry_has_small_sets()
    small = Array(repeating: 0, count: isSmall ? Int(sentry_small_set_words) : 0)
  }

  /// Puts a gram into the set.
  ///
  /// - Parameter bytes: as many as a gram has.
  public mutating func insert(_ bytes: ArraySlice<UInt8>) {
    let gram = Self.gram(bytes)
    unsafe words.withUnsafeMutableBufferPointer { [shift] words in
      // Safe: it has the words that the shift leaves numbers for.
      if let words = words.baseAddress { unsafe sentry_gram_set_add(words, shift, gram) }
    }
    guard !small.isEmpty else { return }
    unsafe small.withUnsafeMutableBufferPointer { small in
      // Safe: it has the words that are written.
      if let words = small.baseAddress { unsafe sentry_small_set_add(words, gram) }
    }
  }

  /// The same for grams that differ only in the case of letters; spread over all 32 bits, the upper ones best.
  public static func hash(of bytes: ArraySlice<UInt8>) -> UInt32 { sentry_gram_hash(gram(bytes)) }

  /// The hash of the gram at `position` of a frame; that of zeros if it does not lie in there.
  public func hash(in frame: RawSpan, at position: Int) -> UInt32 {
    var gram: UInt32 = 0
    for place in 0..<length { gram |= UInt32(frame.wire8(at: position &+ place) ?? 0) << UInt32(8 * place) }
    return sentry_gram_hash(Self.folded(gram))
  }

  private static func gram(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    folded(bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
  }

  /// As it is read from memory, where a short one leaves zeros.
  private static func folded(_ gram: UInt32) -> UInt32 {
    UInt32(littleEndian: gram) | 0x2020_2020
  }

  /// Which of some grams may be in the set: a bit for each, the lowest for the one at `position`; 0 if they do not all lie in `frame`.
  ///
  /// - Parameters:
  ///   - position: in bytes.
  ///   - count: 1...64; other numbers are answered with 0.
  public func answers(in frame: RawSpan, from position: Int, count: Int) -> UInt64 {
    guard (1...Self.mostAnswers).contains(count), position >= 0,
      position <= frame.byteCount - length - (count - 1) * stride
    else { return 0 }
    return unsafe frame.withUnsafeBytes { frame in
      // Safe: all grams were just shown to lie inside the span, and `count` is 64 at most.
      guard let bytes = unsafe frame.baseAddress?.advanced(by: position).assumingMemoryBound(to: UInt8.self) else {
        return 0
      }
      return unsafe small.isEmpty || count < 16 ? answers(bytes, count) : answersOfSmallSet(bytes, count)
    }
  }

  private func answers(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
    unsafe sentry_grams_of_set(bytes, UInt32(count), UInt32(length), UInt32(stride), words, shift)
  }

  /// The few that the small set says yes to are looked up in the other.
  private func answersOfSmallSet(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
    var answers = unsafe sentry_grams_of_small_set(bytes, UInt32(count), small)
    var unsure = answers
    while unsure != 0 {
      let index = unsure.trailingZeroBitCount
      unsure &= unsure &- 1
      if unsafe self.answers(bytes.advanced(by: index &* stride), 1) == 0 { answers &= ~(1 << UInt64(index)) }
    }
    return answers
  }
}
