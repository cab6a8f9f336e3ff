/// What a document says of one interface.
public struct InterfaceEntry: Sendable, Equatable {
  /// This system's name for it.
  public var name: String
  /// Rules are evaluated here.
  public var isFiltered: Bool
  /// What `Interface == external` asks.
  public var isExternal: Bool
  public var isBridged: Bool

  public init(name: String, isFiltered: Bool, isExternal: Bool, isBridged: Bool = false) {
    self.name = name
    self.isFiltered = isFiltered
    self.isExternal = isExternal
    self.isBridged = isBridged
  }
}
