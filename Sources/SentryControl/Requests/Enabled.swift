/// Turns the master switch.
public struct EnabledRequest: Codable, Sendable, Equatable {
  public var enabled: Bool

  public init(enabled: Bool) { self.enabled = enabled }
}

/// Where the master switch stands, and stood before.
public struct EnabledReply: Codable, Sendable, Equatable {
  public var enabled: Bool
  public var wasEnabled: Bool

  public init(enabled: Bool, wasEnabled: Bool) {
    self.enabled = enabled
    self.wasEnabled = wasEnabled
  }
}
