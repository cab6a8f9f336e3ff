public import SentryPacket
internal import SentryState

extension Engine {
  /// How many frames ahead it is best to say that one is expected.
  public static var lookAhead: Int { ConnectionTable.lookAhead }

  /// Says that a frame will be judged soon: what is known of its flow is fetched from memory meanwhile.
  ///
  /// Changes nothing but how long that takes, so it need not be said of every frame, nor be true.
  public mutating func expect(_ frame: RawSpan, linkType: LinkType) {
    tables.connections.expect(frame, linkType: linkType)
  }
}
