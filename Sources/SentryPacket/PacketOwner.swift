/// The process on this host behind a packet, as far as rules ask about it: numbers, so that asking costs a comparison.
public struct PacketOwner: Equatable, Sendable, BitwiseCopyable {
  /// Which of the names in the rules its executable has, by their numbers: at most one of each form. -1 for none.
  public var names = SIMD4<Int32>(repeating: -1)
  /// Who owns the socket; `nil` without a process.
  public var user: UInt32?
  /// What has been decided about its program, for the way the connection was opened; `nil` where nobody has looked.
  public var permission: ApplicationPermission?

  /// No process of this host.
  @inlinable public init() {}

  /// Its executable has the name with this number, 0 or more.
  @inlinable
  public func has(name: Int32) -> Bool {
    names[0] == name || names[1] == name || names[2] == name || names[3] == name
  }
}
