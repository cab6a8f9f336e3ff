/// What a packet must be for a rule of nftables to do something to it.
struct EarlyMatch: Equatable {
  enum Family {
    case ipv4, ipv6
  }

  /// As nftables reads it; empty for every packet.
  var text = ""
  /// The family it is about; `nil` for both. nftables refuses a rule that asks for two.
  var family: Family?
  /// What the other packets of that family are, as nftables reads it; `nil` where it cannot say so in one condition.
  var opposite: String?

  static let everything = EarlyMatch()

  static func ipv4(_ text: String, opposite: String? = nil) -> EarlyMatch {
    EarlyMatch(text: text, family: .ipv4, opposite: opposite)
  }

  static func ipv6(_ text: String, opposite: String? = nil) -> EarlyMatch {
    EarlyMatch(text: text, family: .ipv6, opposite: opposite)
  }

  /// Both at once; `nil` if no packet satisfies them for being of one family only.
  func and(_ other: EarlyMatch) -> EarlyMatch? {
    if let family, let otherFamily = other.family, family != otherFamily { return nil }
    guard !text.isEmpty else { return other }
    guard !other.text.isEmpty else { return self }
    return EarlyMatch(text: "\(text) \(other.text)", family: family ?? other.family)
  }
}

extension [EarlyMatch] {
  /// Packets that satisfy one of these and one of those.
  func and(_ others: [EarlyMatch]) -> [EarlyMatch] {
    flatMap { match in others.compactMap { match.and($0) } }
  }
}
