public import SentryPacket
public import SentryState

/// A connection that is over, as the log of connections keeps it.
public struct EndedConnection: Sendable, Hashable {
  /// How it stood when it left the connection table.
  public enum State: Int, Sendable, CaseIterable {
    // No number ever comes to mean something else: the database holds them.
    /// Both ends have ended it.
    case closed = 0
    case reset = 1
    /// A rule has dropped it.
    case dropped = 2
    /// One end has ended it, and then there was silence.
    case halfClosed = 3
    /// Nothing ever came the other way.
    case unanswered = 4
    /// Silent for too long.
    case silent = 5
    /// It had to make way, for the table was full.
    case evicted = 6
    /// It went on when sentry stopped.
    case unfinished = 7

    public var name: String {
      switch self {
      case .closed: "closed"
      case .reset: "reset"
      case .dropped: "dropped"
      case .halfClosed: "half closed"
      case .unanswered: "unanswered"
      case .silent: "silent"
      case .evicted: "evicted"
      case .unfinished: "unfinished"
      }
    }
  }

  /// IANA protocol number.
  public var protocolNumber: UInt8
  public var local: FlowEndpoint
  public var remote: FlowEndpoint
  /// The way of the first packet.
  public var firstDirection: Direction
  /// The system's name of the interface of its latest packet; `nil` if it is not known.
  public var interface: String?
  /// The path of the program behind it.
  public var application: String?
  /// Of its first packet.
  public var start: Timestamp
  /// Of its latest packet.
  public var end: Timestamp
  public var counts: TrafficCounts
  public var state: State

  /// - Parameter change: what is known of it; one without a departure is still in the table.
  public init(_ change: FlowProgress, interface: String?, application: String?) {
    let flow = change.flow
    protocolNumber = flow.protocolNumber
    (local, remote) = (flow.local, flow.remote)
    firstDirection = flow.firstDirection
    self.interface = interface
    self.application = application
    (start, end) = (flow.firstTime, flow.lastTime)
    counts = flow.counts
    state = State(flow, change.departure)
  }

  init(
    protocolNumber: UInt8, local: FlowEndpoint, remote: FlowEndpoint, firstDirection: Direction, interface: String?,
    application: String?, start: Timestamp, end: Timestamp, counts: TrafficCounts, state: State
  ) {
    self.protocolNumber = protocolNumber
    self.local = local
    self.remote = remote
    self.firstDirection = firstDirection
    self.interface = interface
    self.application = application
    self.start = start
    self.end = end
    self.counts = counts
    self.state = state
  }
}

extension EndedConnection {
  public var service: TrafficService {
    TrafficService(protocolNumber: protocolNumber, local: local, remote: remote)
  }
}

extension EndedConnection.State {
  /// - Parameter departure: `nil` for one that is still in the table.
  fileprivate init(_ flow: ConnectionEntry, _ departure: FlowDeparture?) {
    if flow.tcp.contains(.closedByFirewall) {
      self = .dropped
    } else if flow.tcp.contains(.reset) {
      self = .reset
    } else if flow.tcp.isClosed {
      self = .closed
    } else if departure == nil || departure == .unfinished {
      self = .unfinished
    } else if departure == .evicted {
      self = .evicted
    } else if !flow.tcp.isDisjoint(with: [.forwardFIN, .reverseFIN]) {
      self = .halfClosed
    } else if flow.reverse.packets == 0 {
      self = .unanswered
    } else {
      self = .silent
    }
  }
}
