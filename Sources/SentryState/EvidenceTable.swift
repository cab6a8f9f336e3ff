public import SentryPacket

/// What triggered addresses have sent: their first packets at a `Trigger`, as a small capture for each.
///
/// An address has room for `packetsKept` packets, the one that entered it first, of each the IP packet up to `bytesKept` bytes. When
/// it is entered anew, it begins anew. What is kept stays when the address leaves the table, until others need the room: of
/// `capacity` addresses, the one that was entered longest ago makes way.
///
/// All memory is taken at the start, and handed out by the kernel as it is used: 1 104 bytes an address.
public struct EvidenceTable: ~Copyable {
  public static var capacity: Int { 4_096 }
  public static var packetsKept: Int { 4 }
  public static var bytesKept: Int { 256 }
  /// The table's only expiry class: nothing expires.
  private static let expiryClass: UInt16 = 0

  private var table: LinkedTable<EvidenceRecord>
  /// `packetsKept` for each slot.
  private let headers: ZeroedBuffer<Header>
  /// `bytesKept` for each header.
  private let bytes: ZeroedBuffer<UInt8>

  private struct Header: BitwiseCopyable {
    var nanoseconds: Int64
    var label: UInt32
    var byteCount: UInt32
    var length: UInt16
    var interface: UInt16
    var isOutbound: Bool
  }

  public init() { self.init(capacity: Self.capacity) }

  init(capacity: Int) {
    table = LinkedTable(capacity: capacity, lifetimes: [ExpiryClass.unlimited])
    headers = ZeroedBuffer(atMost: table.capacity * Self.packetsKept)
    bytes = ZeroedBuffer(atMost: table.capacity * Self.packetsKept * Self.bytesKept)
  }

  /// Keeps a packet, if there is room for one more of its source.
  ///
  /// - Parameters:
  ///   - source: the addresses that its entry stands for.
  ///   - isNew: it has just been entered.
  ///   - surroundings: what the packet does not say itself.
  public mutating func keep(
    _ packet: borrowing PacketFields, in frame: RawSpan, of source: AddressRange, isNew: Bool,
    _ surroundings: EvidenceSurroundings, now: Timestamp
  ) {
    let slot = slot(of: AddressKey(source), isNew: isNew, now: now)
    let number = Int(table[slot].count)
    let place = slot * Self.packetsKept + number
    guard number < Self.packetsKept, place < headers.count, (place + 1) * Self.bytesKept <= bytes.count else { return }
    var length = 0
    while length < Self.bytesKept, length < Int(packet.byteCount),
      let byte = frame.wire8(at: Int(packet.networkOffset) + length)
    {
      bytes[place * Self.bytesKept + length] = byte
      length += 1
    }
    headers[place] = Header(
      nanoseconds: now.nanoseconds, label: surroundings.label, byteCount: packet.byteCount,
      length: UInt16(truncatingIfNeeded: length), interface: surroundings.interface,
      isOutbound: surroundings.direction == .outbound)
    table[slot].count += 1
  }

  private mutating func slot(of key: AddressKey, isNew: Bool, now: Timestamp) -> Int {
    if let slot = table.find(key, now: now) {
      guard isNew else { return slot }
      table.remove(at: slot)
    }
    return table.insert(EvidenceRecord(key: key), in: Self.expiryClass, now: now)
  }

  /// The packets kept of a source, oldest first. Allocates.
  ///
  /// - Parameter source: the addresses that its entry stands for.
  public func packets(of source: AddressRange) -> [EvidencePacket] {
    guard let slot = table.slot(of: AddressKey(source)) else { return [] }
    return (0..<Int(table[slot].count)).map { number in
      let place = slot * Self.packetsKept + number
      let header = headers[place]
      return EvidencePacket(
        time: Timestamp(nanoseconds: header.nanoseconds), byteCount: header.byteCount,
        surroundings: EvidenceSurroundings(
          label: header.label, interface: header.interface, direction: header.isOutbound ? .outbound : .inbound),
        bytes: (0..<Int(header.length)).map { bytes[place * Self.bytesKept + $0] })
    }
  }

  /// The clock was set back: what is later than `now` counts as of `now`.
  public mutating func turnBack(to now: Timestamp) { table.turnBack(to: now) }

  public mutating func removeAll() { table.removeAll() }

  /// Addresses that packets are kept of.
  public var count: Int { table.count }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { table.brokenInvariant() }
}

/// What a kept packet does not say itself.
public struct EvidenceSurroundings: Sendable, Hashable {
  /// Of the rule.
  public var label: UInt32
  /// The engine's number of the interface.
  public var interface: UInt16
  public var direction: Direction

  public init(label: UInt32, interface: UInt16, direction: Direction) {
    self.label = label
    self.interface = interface
    self.direction = direction
  }
}

/// A packet that has triggered its source, as a copy.
public struct EvidencePacket: Sendable, Hashable {
  public var time: Timestamp
  /// Of the whole IP packet.
  public var byteCount: UInt32
  public var surroundings: EvidenceSurroundings
  /// From the IP header on, `EvidenceTable.bytesKept` at most.
  public var bytes: [UInt8]
}

/// An address as the table stores it, its packets apart.
struct EvidenceRecord: LinkedEntry {
  let key: AddressKey
  var expiryClass = ExpiryClass.free
  var count: UInt8 = 0
  /// It is never refreshed: when it was entered.
  var lastNanoseconds: Int64 = 0

  init(key: AddressKey) { self.key = key }
}
