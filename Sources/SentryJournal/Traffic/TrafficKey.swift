public import SentryPacket
public import SentryState

/// What traffic is added up by.
public enum TrafficDimension: Int, CaseIterable, Sendable, Hashable {
  // No number ever comes to mean something else: the database holds them.
  case service = 0
  /// The remote end.
  case host = 1
  case interface = 2
  /// The program of this host at the local end.
  case application = 3
}

/// A protocol, and where it has ports, the port that stands for what was asked for: the lower of both.
public struct TrafficService: Hashable, Sendable {
  /// IANA protocol number.
  public var protocolNumber: UInt8
  /// 0 where the protocol has none.
  public var port: UInt16

  public init(protocolNumber: UInt8, port: UInt16) {
    self.protocolNumber = protocolNumber
    self.port = port
  }

  /// That of a flow between two ends. What stands for ports in other protocols tells flows apart, and nothing else.
  public init(protocolNumber: UInt8, local: FlowEndpoint, remote: FlowEndpoint) {
    self.init(protocolNumber: protocolNumber, port: 0)
    if hasPort { port = min(local.port, remote.port) }
  }

  /// TCP and UDP do.
  public var hasPort: Bool { protocolNumber == IPProtocol.tcp || protocolNumber == IPProtocol.udp }
}

/// One of those whose traffic is added up.
public enum TrafficKey: Hashable, Sendable {
  case service(TrafficService)
  case host(IPAddress)
  /// The system's name.
  case interface(String)
  /// The path of its executable.
  case application(String)
  /// No program is known, for nobody has asked, or it is no traffic of this host's.
  case unknownApplication
  /// All that were not among the busiest.
  case others(TrafficDimension)

  public var dimension: TrafficDimension {
    switch self {
    case .service: .service
    case .host: .host
    case .interface: .interface
    case .application, .unknownApplication: .application
    case .others(let dimension): dimension
    }
  }
}
