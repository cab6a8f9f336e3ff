/// What of ours stands in the kernel, for people and programs that ask.
public struct NetfilterStatus: Sendable, Equatable {
  public var form: FeedForm
  public var feed: QueueFeed
  /// A table or rules of an earlier run were there when the feed was installed, and were replaced.
  public var replacedLeftover: Bool
  /// How often something of ours was put back after somebody took it out or changed it.
  public var restorations: Int
}

/// One of our parts in the kernel.
public enum NetfilterPart: String, Sendable, CaseIterable {
  /// Table `inet sentry`.
  case table = "nftables"
  /// Our chain in iptables' table `mangle`, and what leads to it.
  case iptables
  case ip6tables
}

/// What a rule has counted in the kernel since its chain was last written.
public struct KernelCount: Sendable, Equatable {
  /// The rule's place in document order.
  public var rule: Int
  public var number: String
  public var packets: UInt64
  /// IP bytes.
  public var bytes: UInt64
}

/// What the kernel has counted since the feed was installed or updated.
public struct KernelCounts: Sendable, Equatable {
  /// By the rules that are decided ahead of defragmentation, in document order.
  public var early: [KernelCount]
  /// What was dropped by sets since they stand in our table; updates leave that alone. 0 without sets.
  public var blocked: KernelCount
  /// Packets that met no queue although they should have: our rule was missing, or a rule of somebody else in iptables'
  /// table `mangle` accepted them first. The policy has let them pass or dropped them. Since the start, as far as it was
  /// read before somebody took the counter out.
  public var unjudged: UInt64
}
