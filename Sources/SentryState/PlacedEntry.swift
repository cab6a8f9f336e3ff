/// What is at one place of an address table, as a copy for those who save it.
public struct PlacedEntry: Sendable, Equatable {
  public var place: AddressPlace
  /// `nil`: nothing any more.
  public var entry: AddressEntry?

  public init(place: AddressPlace, entry: AddressEntry?) {
    self.place = place
    self.entry = entry
  }
}

/// Where in its table an entry stands: a number below 2^25 that no other entry has while it is there.
///
/// Those below 2^24 are of single addresses and IPv6 nets, the others of ranges.
public struct AddressPlace: Hashable, Sendable {
  public let number: UInt32

  public init(number: UInt32) { self.number = number }

  /// - Returns: the place of a single address or an IPv6 net.
  static func single(_ slot: Int) -> AddressPlace { AddressPlace(number: UInt32(truncatingIfNeeded: slot)) }

  /// - Returns: the place of another range.
  static func range(_ slot: Int) -> AddressPlace {
    AddressPlace(number: UInt32(truncatingIfNeeded: SlotIndex.maximumSlots + slot))
  }

  /// The slot of a single address or an IPv6 net.
  var singleSlot: Int? { number < SlotIndex.maximumSlots ? Int(number) : nil }

  /// The slot of another range.
  var rangeSlot: Int? { number < SlotIndex.maximumSlots ? nil : Int(number) - SlotIndex.maximumSlots }
}
