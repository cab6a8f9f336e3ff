internal import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryState

/// Answers who moves most, for as many as ask: all get what the latest look has found.
///
/// Nothing is looked at while nobody asks.
actor TalkerDesk {
  /// Slots that are looked at in one request: at most a tenth of a millisecond on the packet thread.
  private static let slotsPerRequest = 2_048
  private static let hosts = 100
  /// Who asks again sooner gets the same.
  private static let leastSpan: Int64 = 900_000_000

  private let packets: PacketThread
  private var book = TalkerBook()
  private var latest: (time: Timestamp, report: TalkersReport)?
  private var look: Task<TalkersReport, any Error>?

  init(packets: PacketThread) { self.packets = packets }

  /// - Throws: `DaemonError.stopped`.
  func report() async throws(DaemonError) -> TalkersReport {
    let now = UptimeClock.now()
    if let latest, now.nanoseconds - latest.time.nanoseconds < Self.leastSpan { return latest.report }
    let look = look ?? Task { try await self.lookAgain() }
    self.look = look
    do {
      return try await look.value
    } catch {
      throw .stopped
    }
  }

  private func lookAgain() async throws -> TalkersReport {
    defer { look = nil }
    let start = try await packets.perform { $0.engine.now }
    // No packet has moved the clock for a while: it still goes on.
    let now = max(start, WallClock.now())
    let since = book.begin(now: now)
    var slots = 0..<Self.slotsPerRequest
    while true {
      let window = slots
      let (found, usedSlots) = try await packets.perform { worker in
        var found: [(slot: Int, flow: ConnectionEntry)] = []
        worker.engine.tables.connections.forEachFlow(in: window, since: since, now: worker.engine.now) {
          found.append(($0, $1))
        }
        return (found, worker.engine.tables.connections.usedSlots)
      }
      for (slot, flow) in found { book.see(flow, at: slot) }
      if slots.upperBound >= usedSlots { break }
      slots = slots.upperBound..<slots.upperBound + Self.slotsPerRequest
    }
    let (seconds, talkers) = book.end(now: now, atMost: Self.hosts)
    let report = TalkersReport(seconds: seconds, hosts: talkers.map(\.report))
    latest = (UptimeClock.now(), report)
    return report
  }
}

extension TalkerBook.Talker {
  fileprivate var report: TalkerReport {
    TalkerReport(
      address: address.description, packetsIn: inbound.packets, packetsOut: outbound.packets, bytesIn: inbound.bytes,
      bytesOut: outbound.bytes, connections: connections)
  }
}
