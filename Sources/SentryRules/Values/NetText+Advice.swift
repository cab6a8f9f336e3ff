internal import SentryPacket

extension NetText {
  /// What `text`, which `range` takes, is read as where a person may expect something else: an address in a net's place
  /// (`192.0.2.7/24`), IPv4 as IPv6 writes it (`::ffff:192.0.2.7`), and forms of the classic program with parts left out (`192.0.2`).
  static func advice(on text: Substring) -> ValueAdvice? {
    let text = text.trimmed
    if text.contains(":"), let net = try? range(text), net.first.isIPv4 { return .mappedNet(text, net) }
    if let (start, length) = text.halves(around: "/") {
      guard let net = try? range(text) else { return nil }
      if length.isEmpty { return .netUpToLastBit(text, net) }
      guard let address = try? range(start).first, address != net.first else { return nil }
      return .hostBits(text, net, address: address)
    }
    if let (first, last) = text.halves(around: "-") {
      if isWhole(first), isWhole(last) || isLastPart(last) { return nil }
      return (try? range(text)).map { .shortRange(text, $0) }
    }
    if isWhole(text) { return nil }
    return (try? range(text)).map { .shortAddress(text, $0.first, partCount: text.split(separator: ".").count) }
  }

  /// With all of its parts.
  private static func isWhole(_ address: Substring) -> Bool {
    address.contains(":") || address.utf8.count { $0 == UInt8(ascii: ".") } == 3
  }

  /// The `20` of `192.0.2.10-20`.
  private static func isLastPart(_ address: Substring) -> Bool { UInt8(address) != nil }
}
