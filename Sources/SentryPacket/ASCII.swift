extension UInt8 {
  /// ASCII letters in lower case, every other byte as it is.
  @inlinable
  public var foldedASCII: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}

extension UInt64 {
  /// Eight bytes: ASCII letters in lower case, every other byte as it is.
  @inlinable
  public var foldedASCII: UInt64 {
    let each: UInt64 = 0x0101_0101_0101_0101
    // The upper bit of a byte says that its other seven are greater than "Z", or "A" and greater: no sum reaches the next byte.
    let low = self & (0x7F &* each)
    let isCapital = (low &+ 0x3F &* each) ^ (low &+ 0x25 &* each)
    return self | (isCapital & ~self & (0x80 &* each)) >> 2
  }
}
