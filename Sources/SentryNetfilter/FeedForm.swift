/// How packets come from the packet filter into the queue.
public enum FeedForm: String, Sendable, CaseIterable {
  /// By the `queue` expression of nftables, in our own table.
  case native
  /// nftables sets a mark bit, and a rule of iptables sends packets with that bit to the queue: for kernels without the
  /// `queue` expression (CONFIG_NFT_QUEUE).
  case marked
}
