public import SentryPacket

/// Whose process is at the other end of a connection within this host.
public enum LocalPeer {
  /// - Parameter flow: as that process sees it: its own end is the local one.
  /// - Returns: the number of the user who owns its socket; `nil` if there is no such socket here, or nobody has it any
  ///   more: the kernel says 0 of those, which is root.
  public static func user(owning flow: LocalFlow) -> UInt32? {
    guard var diagnosis = SocketDiagnosis(), case .socket(let user, let inode) = diagnosis.find(flow, interface: 0),
      inode != 0
    else { return nil }
    return user
  }
}
