/// The process on this host behind a packet: what `Application` and `User` rules ask about.
public struct LocalProcess: Sendable, Hashable {
  /// The path of its executable; perhaps only the file's name, where a description says no more. `nil` if it is not known.
  public var executable: String?
  /// The number of the user who owns the socket; `nil` if it is not known.
  public var user: UInt32?

  public init(executable: String?, user: UInt32?) {
    self.executable = executable
    self.user = user
  }
}
