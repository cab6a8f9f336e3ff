internal import SentryCapture
public import SentryNetfilter

/// What a daemon that is gone has left in the kernel: under fail-closed on purpose, after a crash under any policy.
public enum Leftovers {
  public enum Outcome: Sendable, Equatable {
    /// There was nothing.
    case nothing
    /// Everything of ours was taken out, and with it the copy for the next boot, if there was one.
    case removed(copy: Bool)
    /// They are no leftovers: somebody judges packets through this queue.
    case inUse(queue: UInt16)
  }

  /// Takes out what a daemon works with that does not answer, so that every packet passes; the copy for the next boot stays. Needs
  /// CAP_NET_ADMIN.
  ///
  /// - Returns: false where there was nothing.
  public static func takeFromUnderDaemon() throws(NetfilterError) -> Bool {
    let host = try NetfilterHost()
    guard try host.found() != nil else { return false }
    try host.remove()
    try PolicyRoutes().remove()
    return true
  }

  /// There is something of ours in the kernel.
  public static func areThere() throws(NetfilterError) -> Bool { try NetfilterHost().found() != nil }

  /// Takes them out, unless a daemon works with them. Needs CAP_NET_ADMIN.
  public static func remove(stateDirectory: String) throws(NetfilterError) -> Outcome {
    let host = try NetfilterHost()
    let found = try host.found()
    if let queue = found?.queueInUse() { return .inUse(queue: queue) }
    let hasCopy = BootCopy.isThere(inDirectory: stateDirectory)
    guard found != nil || hasCopy else { return .nothing }
    try host.remove()
    try PolicyRoutes().remove()
    if hasCopy { try BootCopy.remove(fromDirectory: stateDirectory) }
    return .removed(copy: hasCopy)
  }
}

extension FoundFeed {
  /// One of its queues, other than `own`, that somebody listens to.
  func queueInUse(besides own: UInt16? = nil) -> UInt16? {
    queues.sorted().first { $0 != own && QueueStatistics.current(ofQueue: $0) != nil }
  }
}
