internal import CNftables
internal import Glibc

/// Hears of changes in the kernel's packet filter, in the network namespace of the thread that makes it.
///
/// The older iptables (iptables-legacy) changes its tables without telling anybody; only `NetfilterHost.verify` finds that.
public struct RulesetMonitor: ~Copyable {
  private let socket: NetlinkSocket
  /// One datagram; the kernel's are at most a page, or this long.
  private var buffer = [UInt8](repeating: 0, count: 32_768)
  private var change = RulesetChange()
  private var wasOverrun = false

  /// - Throws: `.notInKernel`, `.notPermitted`, `.systemCall`.
  public init() throws(NetfilterError) {
    socket = try NetlinkSocket(
      NETLINK_NETFILTER, hearing: [Int32(NFNLGRP_NFTABLES.rawValue)], to: "watch nftables")
  }

  /// For `poll`: readable when there is something to take.
  public var descriptor: Int32 { socket.descriptor }

  /// Reads all that has been told since the last call; never waits.
  ///
  /// - Returns: whether something that may be ours has been touched since `forget`, or more than could be told.
  /// - Throws: `.systemCall`.
  public mutating func readNews() throws(NetfilterError) -> Bool {
    while true {
      switch socket.receive(into: &buffer) {
      case .message(let byteCount):
        // The span borrows all of this value.
        var change = change
        // Safe: bytes of the array, which is not changed meanwhile.
        unsafe RulesetMessages.read(buffer.span.bytes.extracting(0..<byteCount), into: &change)
        self.change = change
      case .overrun: wasOverrun = true
      case .failed(let code): throw .systemCall(name: "recv", code: code)
      case .nothing: return change.concernsUs || wasOverrun
      }
    }
  }

  /// Who touched it first; `nil` if the kernel has not said. It says so at the end of the transaction.
  public var author: RulesetAuthor? { change.author }

  /// What has been told is dealt with.
  public mutating func forget() {
    change.forget()
    wasOverrun = false
  }
}
