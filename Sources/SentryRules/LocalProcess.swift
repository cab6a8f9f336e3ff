public import SentryPacket

/// The process on this host behind a packet: what `Application`, `User` and `Application permission` rules ask about.
public struct LocalProcess: Sendable, Hashable {
  /// The path of its executable; perhaps only the file's name, where a description says no more. `nil` if it is not known.
  public var executable: String?
  /// The number of the user who owns the socket; `nil` if it is not known.
  public var user: UInt32?
  /// What has been decided about it; `nil` if that is not known.
  public var permission: ApplicationPermission?

  public init(executable: String?, user: UInt32?, permission: ApplicationPermission? = nil) {
    self.executable = executable
    self.user = user
    self.permission = permission
  }
}
