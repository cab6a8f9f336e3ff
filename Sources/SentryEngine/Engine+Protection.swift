// Addresses that no rule can trigger: `settings.protected`, and those that whoever runs the engine protects besides.
//
// A protected source gets no entry in table trigger, and neither does anybody else by an entry that would stand for a protected
// address, too: an IPv6 net. What is in the table all the same, because a range that somebody has entered reaches so far, is not
// found for a protected source. Verdicts and log entries are those that the rules ask for.

public import SentryPacket
internal import SentryState

extension Engine {
  /// Protects other addresses besides those of the rules in force. Entries for them alone leave table trigger.
  public mutating func setProtectedHosts(_ hosts: AddressSpans) {
    protectedHosts = hosts
    spare(hosts)
  }

  /// Hands over what left table trigger since the last call because it is protected now, by new rules or other hosts.
  public mutating func takeSpared() -> [AddressRange] {
    defer { spared = [] }
    return spared
  }

  /// Takes entries for none but these addresses out of table trigger.
  mutating func spare(_ addresses: AddressSpans) {
    spared += tables.removeEntries(within: addresses, from: .trigger)
  }

  /// No entry may stand for these addresses alone.
  func isProtected(_ range: AddressRange) -> Bool {
    rules.protectedNetworks.covers(range) || protectedHosts.covers(range)
  }

  /// The source is never found in this table.
  @inline(__always)
  func isProtected(_ source: IPAddress, from table: AddressTableKind) -> Bool {
    table == .trigger && (rules.protectedNetworks.contains(source) || protectedHosts.contains(source))
  }

  /// An entry for the source would stand for somebody who is protected.
  @inline(__always)
  func preventsTrigger(of source: IPAddress) -> Bool {
    guard !rules.protectedNetworks.isEmpty || !protectedHosts.isEmpty else { return false }
    let range = tables.rangeKept(for: source, in: .trigger)
    return rules.protectedNetworks.overlapsByFamily(range) || protectedHosts.overlapsByFamily(range)
  }
}
