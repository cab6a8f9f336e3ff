public import SentryPacket

/// One change of a single address, or of an IPv6 net, in an address table: for those who keep a copy of it.
public struct AddressChange: Sendable, Equatable {
  public enum Kind: UInt8, Sendable {
    /// It was not there before.
    case entered
    /// It was, and starts its duration again, or another one.
    case refreshed
    case removed
  }

  public var kind: Kind
  public var net: AddressNet
  /// What holds from now on; without meaning for a removed one.
  public var duration: AddressDuration
  public var time: Timestamp

  public init(_ kind: Kind, _ net: AddressNet, duration: AddressDuration, time: Timestamp) {
    self.kind = kind
    self.net = net
    self.duration = duration
    self.time = time
  }
}

/// One address, or the IPv6 net that stands for one.
public struct AddressNet: Hashable, Sendable {
  /// The first of its addresses.
  public let address: IPAddress
  /// Counted in the 128-bit form: 128 for one address.
  public let length: UInt8

  /// The net of `length` bits around an address; an IPv4 address always counts as a whole.
  public init(_ address: IPAddress, length: UInt8 = 128) {
    self.length = address.isIPv4 ? 128 : min(length, 128)
    self.address = address.masked(to: Int(self.length))
  }

  /// `nil` if the range is none.
  public init?(_ range: AddressRange) {
    guard let length = range.prefixLength.flatMap({ UInt8(exactly: $0) }), !range.first.isIPv4 || length == 128 else {
      return nil
    }
    self.init(range.first, length: length)
  }

  public var range: AddressRange { AddressRange(prefix: address, length: Int(length)) }
}

/// The changes of an address table since they were last taken. It never grows: what does not fit is only said to be missing.
struct AddressChanges {
  /// Refreshes of an entry that are told of at most once in this time: whoever keeps a copy may be that far behind.
  static let refreshNanoseconds: Int64 = 1_000_000_000

  private(set) var changes: [AddressChange] = []
  private let capacity: Int
  /// Some changes are missing: only the whole table tells what it holds.
  private(set) var isIncomplete = false
  /// Ranges have changed, which are told of no further.
  private(set) var haveRangesChanged = false

  /// - Parameter capacity: room for so many, taken once.
  init(capacity: Int) {
    self.capacity = capacity
    changes.reserveCapacity(capacity)
  }

  var isEmpty: Bool { changes.isEmpty && !isIncomplete && !haveRangesChanged }

  mutating func append(_ change: AddressChange) {
    guard changes.count < capacity else { return miss() }
    changes.append(change)
  }

  /// More has changed than can be told.
  mutating func miss() { isIncomplete = true }

  mutating func noteRanges() { haveRangesChanged = true }

  mutating func removeAll() {
    changes.removeAll(keepingCapacity: true)
    isIncomplete = false
    haveRangesChanged = false
  }
}
