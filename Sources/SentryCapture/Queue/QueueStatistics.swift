/// What the kernel counted of one queue since somebody opened it (proc_nfnetlink_queue: `/proc/net/netfilter/nfnetlink_queue`).
public struct QueueStatistics: Sendable, Equatable {
  /// Packets that wait for a verdict now.
  public var waiting: UInt64 = 0
  /// Packets that found the queue full; they were dropped, or passed unjudged under fail-open.
  public var overflowed: UInt64 = 0
  /// Packets the kernel could not hand over: the receive buffer was full.
  public var undelivered: UInt64 = 0

  public init() {}
}

extension QueueStatistics {
  /// The counts of one queue; `nil` while nobody has it open.
  public static func current(ofQueue number: UInt16) -> QueueStatistics? {
    guard let text = SystemText.network("netfilter/nfnetlink_queue") else { return nil }
    return parse(text, queue: number)
  }

  /// A line per queue: number, port, waiting, copy mode, copy range, overflowed, undelivered, last identifier, 1.
  static func parse(_ text: String, queue number: UInt16) -> QueueStatistics? {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ").map { UInt64($0) }
      guard fields.count >= 7, fields[0] == UInt64(number), let waiting = fields[2], let overflowed = fields[5],
        let undelivered = fields[6]
      else { continue }
      var statistics = QueueStatistics()
      statistics.waiting = waiting
      statistics.overflowed = overflowed
      statistics.undelivered = undelivered
      return statistics
    }
    return nil
  }
}
