/// What of sentry's stands in the kernel, whoever has put it there: this run, another one, or one that has ended.
public struct FoundFeed: Sendable, Equatable {
  /// The queues that packets are handed to.
  public var queues: Set<UInt16>

  /// Reads them from what nftables and iptables list: `queue flags bypass to 7`, `queue num 7`, `--queue-num 7`.
  init(listing: String) {
    queues = Set(
      listing.split(separator: "\n").compactMap { line in
        let words = line.split(whereSeparator: \.isWhitespace)
        guard let place = words.firstIndex(where: { $0 == "queue" || $0 == "--queue-num" }) else { return nil }
        return words[place...].lazy.compactMap { UInt16($0) }.first
      })
  }
}
