// The only place in the module that loads from raw packet bytes.

extension RawSpan {
  /// The byte at `offset`, or `nil` if it lies outside the captured bytes.
  @inlinable
  public func wire8(at offset: Int) -> UInt8? {
    guard offset >= 0, offset < byteCount else { return nil }
    // Safe: `offset` was just shown to lie inside the span.
    return unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  /// Network-order 16-bit field at `offset` bytes, or `nil` if it runs past the captured bytes.
  @inlinable
  public func wire16(at offset: Int) -> UInt16? {
    guard offset >= 0, offset <= byteCount - 2 else { return nil }
    // Safe: two bytes at `offset` were just shown to lie inside the span.
    return UInt16(bigEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self))
  }

  /// Network-order 32-bit field at `offset` bytes, or `nil` if it runs past the captured bytes.
  @inlinable
  public func wire32(at offset: Int) -> UInt32? {
    guard offset >= 0, offset <= byteCount - 4 else { return nil }
    // Safe: four bytes at `offset` were just shown to lie inside the span.
    return UInt32(bigEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
  }

  /// Network-order 64-bit field at `offset` bytes, or `nil` if it runs past the captured bytes.
  @inlinable
  public func wire64(at offset: Int) -> UInt64? {
    guard offset >= 0, offset <= byteCount - 8 else { return nil }
    // Safe: eight bytes at `offset` were just shown to lie inside the span.
    return UInt64(bigEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }
}

extension [UInt8] {
  /// The array's bytes as the decoder reads them.
  @inlinable
  public func withRawSpan<Result, Failure>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Safe: every byte of an array of bytes is initialized.
    try body(unsafe span.bytes)
  }
}
