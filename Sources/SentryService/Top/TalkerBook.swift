internal import SentryPacket
internal import SentryState

/// Who moves most, from looks at the table of connections: what each connection has counted since the look before, added up by the
/// remote host.
///
/// A look that comes long after the one before says nothing of now: then the book begins anew.
struct TalkerBook: Sendable {
  /// What one host has exchanged with this one.
  struct Talker: Sendable, Equatable {
    var address: IPAddress
    var inbound = FlowTraffic()
    var outbound = FlowTraffic()
    var connections = 0

    var packets: UInt64 { inbound.packets &+ outbound.packets }
  }

  /// What a slot held when it was looked at.
  private struct Page {
    var firstTime = Timestamp(nanoseconds: .min)
    var forward = FlowTraffic()
    var reverse = FlowTraffic()
  }

  /// Longer ago is not lately.
  static let longestSpan: Int64 = 10 * Timestamp.nanosecondsPerSecond

  /// By the slot of a connection.
  private var pages: [Page] = []
  private var lastLook: Timestamp?
  private var talkers: [IPAddress: Talker] = [:]

  /// A look begins.
  ///
  /// - Parameters:
  ///   - now: by the clock that packets are stamped with.
  /// - Returns: connections without a packet since then need not be looked at.
  mutating func begin(now: Timestamp) -> Timestamp {
    talkers.removeAll(keepingCapacity: true)
    guard let lastLook, isRecent(lastLook, now) else {
      pages = []
      self.lastLook = nil
      return Timestamp(nanoseconds: .min)
    }
    // Packets may have come while the look before was under way.
    return Timestamp(nanoseconds: lastLook.nanoseconds - Timestamp.nanosecondsPerSecond)
  }

  private func isRecent(_ look: Timestamp, _ now: Timestamp) -> Bool {
    look <= now && now.nanoseconds - look.nanoseconds <= Self.longestSpan
  }

  mutating func see(_ flow: ConnectionEntry, at slot: Int) {
    if pages.count <= slot { pages += Array(repeating: Page(), count: slot + 1 - pages.count) }
    let page = pages[slot]
    pages[slot] = Page(firstTime: flow.firstTime, forward: flow.forward, reverse: flow.reverse)
    guard lastLook != nil else { return }
    // Another connection in the same slot counts from its beginning.
    let isSame =
      page.firstTime == flow.firstTime && page.forward.packets <= flow.forward.packets
      && page.reverse.packets <= flow.reverse.packets
    let forward = isSame ? flow.forward - page.forward : flow.forward
    let reverse = isSame ? flow.reverse - page.reverse : flow.reverse
    guard forward.packets &+ reverse.packets > 0 else { return }
    let (inbound, outbound) = flow.firstDirection == .inbound ? (forward, reverse) : (reverse, forward)
    talkers[flow.remote.address, default: Talker(address: flow.remote.address)].add(inbound, outbound)
  }

  /// The look is over.
  ///
  /// - Returns: the busiest hosts, and the seconds since the look before; 0 for the first.
  mutating func end(now: Timestamp, atMost limit: Int) -> (seconds: Double, talkers: [Talker]) {
    defer { lastLook = now }
    guard let lastLook else { return (0, []) }
    let busiest = talkers.values.sorted {
      ($0.packets, $0.inbound.bytes &+ $0.outbound.bytes, $1.address)
        > ($1.packets, $1.inbound.bytes &+ $1.outbound.bytes, $0.address)
    }
    return (Double(now.nanoseconds - lastLook.nanoseconds) / 1e9, Array(busiest.prefix(limit)))
  }
}

extension TalkerBook.Talker {
  fileprivate mutating func add(_ inbound: FlowTraffic, _ outbound: FlowTraffic) {
    self.inbound += inbound
    self.outbound += outbound
    connections += 1
  }
}

extension FlowTraffic {
  /// What was added since `earlier`.
  fileprivate static func - (later: FlowTraffic, earlier: FlowTraffic) -> FlowTraffic {
    FlowTraffic(packets: later.packets &- earlier.packets, bytes: later.bytes &- earlier.bytes)
  }
}
