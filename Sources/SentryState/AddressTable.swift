public import SentryPacket

/// What `keep` did.
public enum KeepOutcome: Sendable {
  /// The address was not there, or expired.
  case added
  /// It was there and starts its duration again.
  case refreshed
}

/// Addresses that rules remember: one of the four tables.
///
/// An address stays until nothing has refreshed it for its duration; from that nanosecond on it does not match. `keep` and
/// `hit` refresh it. The table never refuses an address: when it is full, expired ones make way, then the oldest with a limited
/// duration, then the oldest. (docs/Classic.md, "Address tables")
///
/// `now` is never before that of an earlier call.
public struct AddressTable: ~Copyable {
  private var table: LinkedTable<AddressRecord>
  /// The lengths of the IPv6 nets in the table, that of new entries first; one without entries may linger.
  private var ipv6PrefixLengths: [UInt8]

  /// - Parameters:
  ///   - capacity: the nearest of 1...16 777 216.
  ///   - ipv6PrefixLength: IPv6 addresses are kept by their net of so many bits: the nearest of 1...128. IPv4 addresses are
  ///     always kept whole.
  public init(capacity: Int, ipv6PrefixLength: Int = 128) {
    self.init(capacity: capacity, ipv6PrefixLength: ipv6PrefixLength, seed: .random())
  }

  init(capacity: Int, ipv6PrefixLength: Int, seed: HashSeed) {
    table = LinkedTable(capacity: capacity, lifetimes: [ExpiryClass.unlimited], seed: seed)
    ipv6PrefixLengths = [Self.validPrefixLength(ipv6PrefixLength)]
  }

  // MARK: Packets

  /// The entry for this address, or for its IPv6 net; `nil` if there is none or it has expired. Does not refresh it.
  public mutating func find(_ address: IPAddress, now: Timestamp) -> TableSlot? {
    for length in ipv6PrefixLengths {
      if let slot = table.find(AddressKey(address, ipv6PrefixLength: length), now: now) { return TableSlot(slot) }
      if address.isIPv4 { return nil }
    }
    return nil
  }

  /// An `Include` rule found the entry: refreshes and counts it.
  public mutating func hit(_ slot: TableSlot, now: Timestamp) {
    guard table.isOccupied(slot.index) else { return }
    table[slot.index].matchCount &+= 1
    table.refresh(slot.index, in: table[slot.index].expiryClass, now: now)
  }

  /// Puts an address into the table with count 1, or refreshes it there without counting.
  ///
  /// A refreshed entry takes the new label, and the new duration unless it has a longer one already: a rule does not shorten
  /// what somebody set by hand.
  public mutating func keep(
    _ address: IPAddress, now: Timestamp, duration: AddressDuration, triggeredBy: UInt32
  ) -> KeepOutcome {
    let key = AddressKey(address, ipv6PrefixLength: ipv6PrefixLengths[0])
    if let slot = table.find(key, now: now) {
      if duration.nanoseconds > table.lifetime(of: slot) {
        table.refresh(slot, in: table.expiryClass(lasting: duration.nanoseconds), now: now)
      } else {
        table.refresh(slot, in: table[slot].expiryClass, now: now)
      }
      table[slot].triggeredBy = triggeredBy
      return .refreshed
    }
    _ = table.insert(
      AddressRecord(key: key, triggeredBy: triggeredBy), in: table.expiryClass(lasting: duration.nanoseconds), now: now)
    return .added
  }

  /// 0 if the slot holds no entry any more.
  public func matchCount(of slot: TableSlot) -> UInt64 {
    table.isOccupied(slot.index) ? table[slot.index].matchCount : 0
  }

  /// `Reset parent` under an `Include`: the entry counts from 0 again.
  public mutating func resetMatchCount(of slot: TableSlot) {
    guard table.isOccupied(slot.index) else { return }
    table[slot.index].matchCount = 0
  }

  /// Removes expired entries, some thousands at most in one call; those left do not match either.
  public mutating func expire(now: Timestamp) { table.expire(now: now) }

  // MARK: Requests

  /// Removes the address, or the IPv6 nets it lies in; false if there was none.
  public mutating func remove(_ address: IPAddress) -> Bool {
    var wasThere = false
    for length in ipv6PrefixLengths {
      if table.remove(AddressKey(address, ipv6PrefixLength: length)) { wasThere = true }
    }
    return wasThere
  }

  public mutating func removeAll() {
    table.removeAll()
    ipv6PrefixLengths.removeSubrange(1...)
  }

  /// Entries there may be.
  public var capacity: Int { table.capacity }

  /// Keeps what fits; slots found before are no longer valid.
  public mutating func setCapacity(_ capacity: Int, now: Timestamp) { table.setCapacity(capacity, now: now) }

  /// The length of the nets by which new IPv6 entries are kept. Entries of another length stay, and match as before.
  public var ipv6PrefixLength: Int { Int(ipv6PrefixLengths[0]) }

  /// Keeps further IPv6 addresses by their net of `length` bits, the nearest of 1...128. Looks at every entry.
  public mutating func setIPv6PrefixLength(_ length: Int, now: Timestamp) {
    let new = Self.validPrefixLength(length)
    guard new != ipv6PrefixLengths[0] else { return }
    var inUse: Set<UInt8> = []
    table.forEachEntry(now: now) { record, _ in inUse.insert(record.key.prefixLength) }
    ipv6PrefixLengths = [new] + ipv6PrefixLengths.filter { $0 != new && inUse.contains($0) }
  }

  private static func validPrefixLength(_ length: Int) -> UInt8 { UInt8(max(1, min(128, length))) }

  // MARK: Reports

  /// Entries in the table, expired ones that are not removed yet included.
  public var count: Int { table.count }

  /// Entries that have not expired.
  public func count(now: Timestamp) -> Int { table.count(now: now) }

  /// New entries since the start.
  public var additions: UInt64 { table.additions }

  /// Entries that made way before they expired, since the start.
  public var evictions: UInt64 { table.evictions }

  /// The entries that have not expired, in the order of their addresses.
  ///
  /// Copies and sorts: some ten nanoseconds to copy an entry, some hundred to sort it in.
  public func entries(now: Timestamp) -> [AddressEntry] {
    var entries: [AddressEntry] = []
    entries.reserveCapacity(table.count)
    table.forEachEntry(now: now) { record, lifetime in entries.append(record.entry(lifetime: lifetime)) }
    entries.sort()
    return entries
  }

  /// The entry that `find` would find. Changes nothing.
  public func entry(for address: IPAddress, now: Timestamp) -> AddressEntry? {
    for length in ipv6PrefixLengths {
      if let slot = table.peek(AddressKey(address, ipv6PrefixLength: length), now: now) {
        return table[slot].entry(lifetime: table.lifetime(of: slot))
      }
    }
    return nil
  }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { table.brokenInvariant() }
}
