// Addresses that enter table trigger for what they have done elsewhere than in packets.

public import SentryPacket
public import SentryState

/// What became of an address that was to enter table trigger.
public enum SourceBlock: Sendable, Equatable {
  case entered
  /// It was there already, and its time begins anew.
  case refreshed
  /// An entry would stand for somebody who is protected.
  case protected
  /// An entry would stand for somebody in table authorize.
  case authorized
  /// Too many others have entered in this minute.
  case limit
  /// Nothing is enforced for now.
  case off
}

extension Engine {
  /// Enters an address, an IPv6 one with its net, as a packet of it would that a rule triggers; but nobody who is in table authorize.
  public mutating func block(
    _ source: IPAddress, for duration: AddressDuration, triggeredBy label: UInt32
  ) -> SourceBlock {
    guard isOn else { return .off }
    if preventsTrigger(of: source) { return .protected }
    if isAuthorized(tables.rangeKept(for: source, in: .trigger)) { return .authorized }
    let isNew = !tables.keeps(source, in: .trigger, now: now)
    if isNew {
      guard tables.triggerQuota.isOpen(at: now) else { return .limit }
      tables.triggerQuota.enter(at: now)
    }
    tables.keep(source, in: .trigger, now: now, duration: duration, triggeredBy: label)
    return isNew ? .entered : .refreshed
  }

  private mutating func isAuthorized(_ range: AddressRange) -> Bool {
    if range.first == range.last { return tables.find(in: .authorize, range.first, now: now) != nil }
    return tables.unsortedEntries(of: .authorize, now: now).contains {
      $0.range.first <= range.last && range.first <= $0.range.last
    }
  }
}
