internal import SentryPacket
public import SentryState

/// Adds up what is new of connections, minute by minute, until it is written.
///
/// What went along a connection between two looks counts for the minute of its latest packet; somebody looks every few seconds.
/// Of every look the busiest of each dimension keep their names, the rest becomes "others"; so nobody can fill the memory by
/// talking to many hosts, and each dimension still adds up to everything.
public struct TrafficTally: Sendable {
  /// Those who keep their names in one look, in each dimension.
  public static let namesInALook = 256
  /// Names that a look can tell apart before it chooses, and those that may wait to be written.
  static let capacity = 32_768

  /// A key in a minute, that begins so many seconds after 1970.
  private struct Place: Hashable {
    var minute: Int64
    var key: TrafficKey
  }

  private var look: [Place: TrafficCounts] = [:]
  private var waiting: [Place: TrafficCounts] = [:]

  public init() {}

  public var isEmpty: Bool { look.isEmpty && waiting.isEmpty }

  /// - Parameters:
  ///   - interface: the name of the connection's interface.
  ///   - application: the path of the program behind it; `nil` if none is known.
  public mutating func add(_ change: FlowProgress, interface: String, application: String?) {
    let counts = change.counts
    guard counts != TrafficCounts() else { return }
    let seconds = max(0, change.flow.lastTime.seconds)
    let minute = seconds - seconds % 60
    let keys: [TrafficKey] = [
      .service(change.flow.service), .host(change.flow.remote.address),
      interface.isEmpty ? .others(.interface) : .interface(interface),
      application.map { .application($0) } ?? .unknownApplication,
    ]
    for key in keys { Self.add(counts, Place(minute: minute, key: key), to: &look) }
  }

  private static func add(_ counts: TrafficCounts, _ place: Place, to all: inout [Place: TrafficCounts]) {
    var place = place
    // "Others" are few, and always find room.
    if all.count >= capacity, all[place] == nil { place.key = .others(place.key.dimension) }
    all[place, default: TrafficCounts()] += counts
  }

  /// A look is over: from now on it waits to be written.
  public mutating func endLook() {
    defer { look.removeAll(keepingCapacity: look.count <= 4 * Self.namesInALook) }
    for dimension in TrafficDimension.allCases {
      let found = look.filter { $0.key.key.dimension == dimension }
      guard found.count > Self.namesInALook else {
        for (place, counts) in found { Self.add(counts, place, to: &waiting) }
        continue
      }
      for (rank, (place, counts)) in found.sorted(by: { $0.value.bytes > $1.value.bytes }).enumerated() {
        let others = Place(minute: place.minute, key: .others(dimension))
        Self.add(counts, rank < Self.namesInALook ? place : others, to: &waiting)
      }
    }
  }

  /// What waits to be written, oldest first.
  public var rows: [TrafficRow] {
    waiting.map { TrafficRow(minute: $0.key.minute, key: $0.key.key, counts: $0.value) }.sorted {
      $0.minute < $1.minute
    }
  }

  /// Something waits to be written.
  public var hasRows: Bool { !waiting.isEmpty }

  /// They are written.
  public mutating func remove(_ rows: [TrafficRow]) {
    guard rows.count < waiting.count else {
      return waiting.removeAll(keepingCapacity: waiting.count <= 4 * Self.namesInALook)
    }
    for row in rows { waiting[Place(minute: row.minute, key: row.key)] = nil }
  }
}

/// What one of those whose traffic is added up has moved in a minute, or in a part of it.
public struct TrafficRow: Sendable, Hashable {
  /// Seconds since 1970 of the minute's beginning.
  public var minute: Int64
  public var key: TrafficKey
  public var counts: TrafficCounts

  public init(minute: Int64, key: TrafficKey, counts: TrafficCounts) {
    self.minute = minute
    self.key = key
    self.counts = counts
  }
}

extension FlowProgress {
  /// What is new, as this host sees it.
  public var counts: TrafficCounts { TrafficCounts(forward: forward, reverse: reverse, flow.firstDirection) }
}

extension ConnectionEntry {
  /// What was counted in all.
  public var counts: TrafficCounts { TrafficCounts(forward: forward, reverse: reverse, firstDirection) }

  public var service: TrafficService {
    TrafficService(protocolNumber: protocolNumber, local: local, remote: remote)
  }
}

extension TrafficCounts {
  fileprivate init(forward: FlowTraffic, reverse: FlowTraffic, _ firstDirection: Direction) {
    let (inbound, outbound) = firstDirection == .inbound ? (forward, reverse) : (reverse, forward)
    self.init(
      packetsIn: inbound.packets, packetsOut: outbound.packets, bytesIn: inbound.bytes, bytesOut: outbound.bytes)
  }
}
