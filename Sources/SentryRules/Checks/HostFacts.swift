public import SentryPacket

/// What `check --host` knows of the machine that a document is to run on. The commands gather it; rules read no files.
public struct HostFacts: Sendable, Equatable {
  /// The addresses of its interfaces.
  public var addresses: [IPAddress] = []
  /// Where it asks for names.
  public var resolvers: [IPAddress] = []
  /// The next hops of its default routes.
  public var gateways: [IPAddress] = []
  /// What its clock says; `nil` if that does not matter.
  public var now: Timestamp?
  /// The ssh connection that whoever checks is logged in by.
  public var sshConnection: SSHConnection?

  /// One end to the other.
  public struct SSHConnection: Sendable, Equatable {
    public var peer: IPAddress
    public var address: IPAddress
    /// Of this host.
    public var port: UInt16

    public init(peer: IPAddress, address: IPAddress, port: UInt16) {
      self.peer = peer
      self.address = address
      self.port = port
    }
  }

  public init() {}
}
