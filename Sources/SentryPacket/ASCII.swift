extension UInt8 {
  /// ASCII letters in lower case, every other byte as it is.
  @inlinable
  public var foldedASCII: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
