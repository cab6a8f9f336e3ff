internal import SentryPacket
internal import SentryRules

extension Clause {
  /// One of these addresses.
  init(_ property: TestedProperty, _ ranges: [AddressRange]) {
    self.init(oneOf: ranges.merged.map { PacketTest(property, NetText.text(of: $0)) })
  }

  /// One of these numbers.
  init(_ property: TestedProperty, _ ranges: [ClosedRange<Int>]) {
    self.init(
      oneOf: ranges.merged.map { range in
        PacketTest(property, range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)")
      })
  }

  /// One of these users, by name or number.
  ///
  /// - Throws: if this host has no such user.
  init(users: [Word]) throws(ImportRefusal) {
    for user in users where user.text.first?.isNumber != true && UserNames.number(of: user.text) == nil {
      throw ImportRefusal("this host has no user called \(user.text.quoted); a number will do, too", at: user)
    }
    self.init(anyOf: users.map { Clause(PacketTest(.user, $0.text)) })
  }

  /// ICMP about other packets: errors and redirects (RFC 792; RFC 4443 §2.1; RFC 4861 §4.5).
  static let icmpErrors = Clause(anyOf: [
    Clause(allOf: [Clause(protocolNumber: 1), Clause(.icmpType, [3...5, 11...12])]),
    Clause(allOf: [Clause(protocolNumber: 58), Clause(.icmpv6Type, [1...4, 137...137])]),
  ])

  /// What IP carries.
  init(protocolNumber: UInt8) {
    self.init(PacketTest(.protocolNumber, WellKnownNames.documentName(ofProtocol: protocolNumber)))
  }
}

extension [AddressRange] {
  /// In order, and none overlaps another.
  var merged: [AddressRange] {
    sorted { $0.first < $1.first }.reduce(into: []) { merged, range in
      if let last = merged.last, range.first <= last.last, last.first.isIPv4 == range.first.isIPv4,
        let both = AddressRange(first: last.first, last: Swift.max(last.last, range.last))
      {
        merged[merged.count - 1] = both
      } else {
        merged.append(range)
      }
    }
  }
}

extension [ClosedRange<Int>] {
  /// In order, and none overlaps another.
  var merged: [ClosedRange<Int>] {
    sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { merged, range in
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound...Swift.max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
  }
}
