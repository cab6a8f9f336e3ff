internal import Synchronization

/// What feeds the queue of this host, or of the network namespace of the thread that makes this.
///
/// Calls take some milliseconds, and must come from threads of that namespace. Listen to the queue first and install then:
/// under fail-closed, packets are dropped from that moment on while nobody listens.
public final class NetfilterHost: Sendable {
  private let kernel: Mutex<KernelPart>

  /// - Throws: `.notInKernel` where there is no nftables, `.systemCall`.
  public init() throws(NetfilterError) {
    kernel = Mutex(try KernelPart())
  }

  /// Puts a feed in the place of whatever there is of ours: nothing, another feed, or what a crash has left.
  ///
  /// - Parameter form: instead of the one that suits the kernel.
  /// - Throws: why it is not in force; then nothing of ours is left.
  @discardableResult
  public func install(_ feed: QueueFeed, form: FeedForm? = nil) throws(NetfilterError) -> NetfilterStatus {
    try feed.validate()
    return try kernel.withLock { kernel throws(NetfilterError) in try kernel.install(feed, form: form) }
  }

  /// Puts another feed in force in the place of the installed one, without a moment between. What else stands in our table
  /// stays. Counters start again.
  ///
  /// - Returns: false if it is the feed that is installed: nothing is done, and counters go on.
  /// - Throws: why it is not in force; then the old one is.
  @discardableResult
  public func update(_ feed: QueueFeed) throws(NetfilterError) -> Bool {
    try feed.validate()
    return try kernel.withLock { kernel throws(NetfilterError) in try kernel.update(feed) }
  }

  /// Makes sets for blocked addresses, as many as there is room for.
  ///
  /// - Parameter used: others may be taken out to make room.
  /// - Returns: those there are.
  func add(_ sets: [BlockSet], keeping used: Set<BlockSet>) throws(NetfilterError) -> [BlockSet] {
    try kernel.withLock { kernel throws(NetfilterError) in
      try kernel.add(sets, keeping: used)
      return kernel.status?.feed.blocking?.sets ?? []
    }
  }

  /// Hands over no more packets, as the step before `remove`: that would lose what still waits for a verdict. Packets pass
  /// unjudged from now on, whatever the policy, and nothing is put back.
  public func stopFeeding() throws(NetfilterError) {
    try kernel.withLock { kernel throws(NetfilterError) in try kernel.stopFeeding() }
  }

  /// Takes out everything that is ours, also what another run has left, and nothing else. Doing it twice is harmless. The kernel
  /// drops what still waits in the queue: see `stopFeeding`.
  public func remove() throws(NetfilterError) {
    try kernel.withLock { kernel throws(NetfilterError) in try kernel.remove() }
  }

  /// What there is of ours, also what another run has left or is using; `nil` for nothing.
  public func found() throws(NetfilterError) -> FoundFeed? {
    try kernel.withLock { kernel throws(NetfilterError) in try kernel.found() }
  }

  /// Compares what is in the kernel with what was installed.
  ///
  /// - Returns: the parts that somebody has taken out or changed.
  public func verify() throws(NetfilterError) -> [NetfilterPart] {
    try kernel.withLock { kernel throws(NetfilterError) in try kernel.damage() }
  }

  /// Puts back what `verify` finds.
  ///
  /// - Returns: the parts that were put back.
  @discardableResult
  public func restore() throws(NetfilterError) -> [NetfilterPart] {
    try kernel.withLock { kernel throws(NetfilterError) in try kernel.restore() }
  }

  /// What is installed; `nil` for nothing.
  public var status: NetfilterStatus? { kernel.withLock { $0.status } }

  /// What the kernel has counted; `nil` if nothing is installed.
  public func counts() throws(NetfilterError) -> KernelCounts? {
    try kernel.withLock { kernel throws(NetfilterError) in try kernel.counts() }
  }
}
