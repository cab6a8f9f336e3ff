import Testing

@testable import SentryNetfilter

/// Lines as nft(8) of several versions and iptables-save(8) write them.
@Suite struct FoundFeedTests {
  @Test(
    arguments: [
      ("\t\tqueue flags bypass to 7", [7]),
      ("\t\tiifname { \"eth0\" } counter packets 3 bytes 180 queue to 65535", [65_535]),
      ("\t\tqueue num 0 bypass", [0]),
      ("-A sentry-queue -j NFQUEUE --queue-num 12 --queue-bypass", [12]),
      ("-A sentry-queue -j NFQUEUE --queue-num 12\n\tchain inbound {\n\t\tqueue flags bypass to 7\n\t}", [7, 12]),
      ("\t\tmeta mark & 0x40000000 != 0 counter packets 5 bytes 9 drop", []),
      ("", []),
    ] as [(String, Set<UInt16>)])
  func queuesAreReadFromWhatStands(_ listing: String, _ queues: Set<UInt16>) {
    #expect(FoundFeed(listing: listing).queues == queues)
  }
}
