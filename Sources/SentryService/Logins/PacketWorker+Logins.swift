internal import SentryEngine
internal import SentryPacket
internal import SentryState

extension PacketWorker {
  /// See `Engine.block`. What happens outside of packets happens now.
  mutating func block(_ source: IPAddress, for duration: AddressDuration, triggeredBy label: UInt32) -> SourceBlock {
    advance(to: WallClock.now())
    return engine.block(source, for: duration, triggeredBy: label)
  }

  /// Entries of table authorize whose label says so.
  func authorized(_ isWanted: (UInt32) -> Bool) -> [AddressRange] {
    entries(of: .authorize).filter { isWanted($0.triggeredBy) }.map(\.range)
  }
}
