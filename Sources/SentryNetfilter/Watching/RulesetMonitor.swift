/// Hears of changes in the kernel's packet filter, in the network namespace of the thread that makes it.
///
/// The older iptables (iptables-legacy) changes its tables without telling anybody; only `NetfilterHost.verify` finds that.
public struct RulesetMonitor: ~Copyable {
  public enum News: Sendable, Equatable {
    /// Something that may be ours was touched.
    case change(by: RulesetAuthor?)
    /// More changed than could be told.
    case overrun
  }

  private let socket: NetlinkSocket
  /// One datagram; the kernel's are at most a page, or this long.
  private var buffer = [UInt8](repeating: 0, count: 32_768)

  /// - Throws: `.notInKernel`, `.notPermitted`, `.systemCall`.
  public init() throws(NetfilterError) {
    socket = try NetlinkSocket(watchingNftables: ())
  }

  /// For `poll`: readable when there is something to take.
  public var descriptor: Int32 { socket.descriptor }

  /// Takes all that has been told since the last call; never waits.
  ///
  /// - Returns: `nil` if nothing that matters has changed.
  /// - Throws: `.systemCall`.
  public mutating func takeNews() throws(NetfilterError) -> News? {
    var change = RulesetChange()
    var wasOverrun = false
    while true {
      switch socket.receive(into: &buffer) {
      case .message(let byteCount):
        // Safe: bytes of the array, which is not changed meanwhile.
        unsafe RulesetMessages.read(buffer.span.bytes.extracting(0..<byteCount), into: &change)
      case .overrun: wasOverrun = true
      case .failed(let code): throw .systemCall(name: "recv", code: code)
      case .nothing:
        if wasOverrun { return .overrun }
        return change.concernsUs ? .change(by: change.author) : nil
      }
    }
  }
}
