/// Addresses from `first` to `last`, both included; never empty.
public struct AddressRange: Hashable, Sendable {
  public let first: IPAddress
  public let last: IPAddress

  /// `nil` if `last` lies before `first`.
  public init?(first: IPAddress, last: IPAddress) {
    guard first <= last else { return nil }
    self.first = first
    self.last = last
  }

  /// The network of `address` with a prefix of `length` bits, counted in the 128-bit form (an IPv4 `/24` is 120).
  public init(prefix address: IPAddress, length: Int) {
    first = address.masked(to: length)
    last = address.last(ofPrefix: length)
  }

  @inlinable
  public func contains(_ address: IPAddress) -> Bool { first <= address && address <= last }
}
