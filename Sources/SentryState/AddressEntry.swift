public import SentryPacket

/// What a table remembers of an address, an IPv6 net or a range, as a copy.
public struct AddressEntry: Hashable, Sendable {
  /// The addresses it stands for: one, an IPv6 net that packets made, or what somebody entered by hand.
  public var range: AddressRange
  /// 1 for the packet that made the entry (0 for one made by hand), and 1 for each `Include` that found it.
  public var matchCount: UInt64
  /// When it was made, kept again or found.
  public var lastTime: Timestamp
  public var duration: AddressDuration
  /// The label of the rule, or the text of the person, that entered it last.
  public var triggeredBy: UInt32

  public init(
    range: AddressRange, matchCount: UInt64, lastTime: Timestamp, duration: AddressDuration, triggeredBy: UInt32
  ) {
    self.range = range
    self.matchCount = matchCount
    self.lastTime = lastTime
    self.duration = duration
    self.triggeredBy = triggeredBy
  }

  /// The first of its addresses.
  public var address: IPAddress { range.first }
}

/// The entries of one table around an address.
public struct EntriesAround: Sendable {
  /// The address itself and IPv6 nets of the lengths that packets make, the longest first.
  public var nets: [AddressEntry]
  /// The innermost of other ranges.
  public var range: AddressEntry?

  /// The one that `find` finds.
  public var found: AddressEntry? { nets.first ?? range }
}

extension AddressEntry: Comparable {
  /// By address; of two with the same first address, the wider comes first.
  public static func < (a: AddressEntry, b: AddressEntry) -> Bool {
    a.range.first != b.range.first ? a.range.first < b.range.first : a.range.last > b.range.last
  }
}
