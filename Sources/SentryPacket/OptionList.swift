/// Options of IPv4 (RFC 791 §3.1) and TCP (RFC 9293 §3.1): a kind, then for all but two kinds a length over both and
/// data.
private enum OptionKind {
  static let endOfList: UInt8 = 0
  static let noOperation: UInt8 = 1
}

extension RawSpan {
  /// Is an option of this kind in the list that fills `range`?
  ///
  /// `matchesLowBits` compares only the low five bits of the kinds: the bare IP option number without the copy bit
  /// and class (RFC 791 §3.1). The list ends at kind 0, at the end of the range, or at an option whose length does
  /// not fit, which itself does not count. Bytes outside the capture are not in the list.
  public func containsOption(_ kind: UInt8, in range: Range<UInt32>, matchesLowBits: Bool = false) -> Bool {
    positionOfOption(kind, in: range, mask: matchesLowBits ? 0x1F : 0xFF) != nil
  }

  /// Where the first option of this kind begins, in the same list.
  func positionOfOption(_ kind: UInt8, in range: Range<UInt32>, mask: UInt8 = 0xFF) -> Int? {
    let end = min(Int(range.upperBound), byteCount)
    var position = Int(range.lowerBound)
    while position < end, let found = wire8(at: position) {
      let length = optionLength(found, at: position)
      guard length >= 1, position + length <= end else { return nil }
      if found & mask == kind & mask { return position }
      if found == OptionKind.endOfList { return nil }
      position += length
    }
    return nil
  }

  /// In bytes, kind and length included; 0 if it is malformed.
  private func optionLength(_ kind: UInt8, at position: Int) -> Int {
    switch kind {
    case OptionKind.endOfList, OptionKind.noOperation:
      return 1
    default:
      guard let length = wire8(at: position + 1), length >= 2 else { return 0 }
      return Int(length)
    }
  }
}
