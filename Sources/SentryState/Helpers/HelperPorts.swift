/// The helpers that are switched on, and the ports where they listen in.
public struct HelperPorts: Sendable, Equatable {
  /// Control connections of FTP go to these TCP ports.
  public var ftp: [UInt16] = []
  /// Requests of TFTP go to these UDP ports.
  public var tftp: [UInt16] = []

  public init(ftp: [UInt16] = [], tftp: [UInt16] = []) {
    self.ftp = ftp
    self.tftp = tftp
  }

  public var isEmpty: Bool { ftp.isEmpty && tftp.isEmpty }
}
