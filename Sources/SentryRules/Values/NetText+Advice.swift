internal import SentryPacket

extension NetText {
  /// What `text`, which `range` takes, is read as where a person may expect something else: an address in a net's place
  /// (`192.0.2.7/24`), and forms of the classic program with parts left out (`192.0.2`).
  static func advice(on text: Substring) -> ValueAdvice? {
    let text = text.trimmed
    guard let range = try? range(text) else { return nil }
    if let (start, length) = text.halves(around: "/") {
      if length.isEmpty { return .netUpToLastBit(text, range) }
      guard let address = try? Self.range(start).first, address != range.first else { return nil }
      return .hostBits(text, range, address: address)
    }
    if let (first, last) = text.halves(around: "-") {
      return isWhole(first) && (isWhole(last) || isLastPart(last)) ? nil : .shortRange(text, range)
    }
    return isWhole(text) ? nil : .shortAddress(text, range.first, partCount: text.split(separator: ".").count)
  }

  /// With all of its parts.
  private static func isWhole(_ address: Substring) -> Bool {
    address.contains(":") || address.count { $0 == "." } == 3
  }

  /// The `20` of `192.0.2.10-20`.
  private static func isLastPart(_ address: Substring) -> Bool { UInt8(address) != nil }
}
