/// What the kernel is to hand to the queue, and what it does meanwhile.
///
/// Inbound packets are handed over once, at prerouting, outbound ones once, at postrouting before NAT; a forwarded packet
/// once in each direction. On the loopback interface, where every packet leaves and arrives, only its arrival counts.
public struct QueueFeed: Sendable, Equatable {
  /// The netfilter queue the daemon listens on.
  public var queue: UInt16
  /// The system's names of the interfaces whose packets are judged.
  public var interfaces: [String]
  public var policy: FailurePolicy
  /// The bit that marks packets on their way to the queue, where the kernel needs one. No one else may use it.
  public var queueMark: UInt32
  /// The bit that the daemon sets on packets it makes itself: they are not judged. It is cleared when they leave.
  public var ownMark: UInt32
  /// What is decided ahead of defragmentation; `nil` for nothing.
  public var early: EarlyChain?
  /// What is dropped for a rule that deletes what triggered addresses send; `nil` for nothing.
  public var blocking: BlockingFeed?
  /// Steady packets of flows that the daemon names pass without it.
  public var keepsFlows: Bool

  public init(
    queue: UInt16 = 0, interfaces: [String], policy: FailurePolicy = .failOpen, queueMark: UInt32 = 0x4000_0000,
    ownMark: UInt32 = 0x2000_0000, early: EarlyChain? = nil, blocking: BlockingFeed? = nil,
    keepsFlows: Bool = false
  ) {
    self.queue = queue
    self.interfaces = interfaces
    self.policy = policy
    self.queueMark = queueMark
    self.ownMark = ownMark
    self.early = early
    self.blocking = blocking
    self.keepsFlows = keepsFlows
  }

  /// - Throws: what makes it impossible to install.
  func validate() throws(NetfilterError) {
    for name in interfaces where !Self.isUsable(name) { throw .unusableInterfaceName(name) }
    guard queueMark.nonzeroBitCount == 1, ownMark.nonzeroBitCount == 1, queueMark != ownMark else {
      throw .unusableMarks(queue: queueMark, own: ownMark)
    }
  }

  /// The kernel allows nearly anything (IFNAMSIZ in linux/if.h); in nftables a quote ends the name, and a star stands for
  /// any ending.
  static func isUsable(_ name: String) -> Bool {
    (1...15).contains(name.utf8.count)
      && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"*/\\".utf8.contains($0) }
  }
}
