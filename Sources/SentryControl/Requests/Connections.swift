/// A connection that the daemon knows.
public struct ConnectionReport: Codable, Sendable, Equatable {
  /// `TCP`, `UDP`, `ICMP`, or the protocol's number.
  public var `protocol`: String
  /// With the port where the protocol has ports: `192.0.2.1:22`, `[2001:db8::1]:22`.
  public var local: String
  public var remote: String
  /// Of its first packet: `in` or `out`.
  public var direction: String
  /// Of TCP `opening`, `established`, `closing`, `closed`, `reset` or `dropped`; of all else `new`, `answered` or `dropped`.
  public var state: String
  public var packetsIn: UInt64
  public var packetsOut: UInt64
  public var bytesIn: UInt64
  public var bytesOut: UInt64
  /// Both directions, in the reply's `seconds`.
  public var bytesPerSecond: Double
  /// Seconds since 1970.
  public var firstTime: Double
  public var lastTime: Double
  /// The program on this host, where rules ask for it and it is known.
  public var application: String?
  /// Its user.
  public var user: String?

  public init(
    protocol: String, local: String, remote: String, direction: String, state: String, packetsIn: UInt64,
    packetsOut: UInt64, bytesIn: UInt64, bytesOut: UInt64, bytesPerSecond: Double, firstTime: Double, lastTime: Double,
    application: String? = nil, user: String? = nil
  ) {
    self.protocol = `protocol`
    self.local = local
    self.remote = remote
    self.direction = direction
    self.state = state
    self.packetsIn = packetsIn
    self.packetsOut = packetsOut
    self.bytesIn = bytesIn
    self.bytesOut = bytesOut
    self.bytesPerSecond = bytesPerSecond
    self.firstTime = firstTime
    self.lastTime = lastTime
    self.application = application
    self.user = user
  }
}

/// The connections that were asked for, in the order that was asked for.
public struct ConnectionsReply: Codable, Sendable, Equatable {
  /// Seconds since 1970.
  public var time: Double
  /// Connections that fit the question; more than these where there is a limit.
  public var count: Int
  public var connections: [ConnectionReport]
  /// The time that the rates are of; 0 as long as nobody has looked twice: then all rates are 0.
  public var seconds: Double

  public init(time: Double, count: Int, connections: [ConnectionReport], seconds: Double) {
    self.time = time
    self.count = count
    self.connections = connections
    self.seconds = seconds
  }
}

/// In which order connections come.
public enum ConnectionOrder: String, Codable, Sendable, CaseIterable {
  /// The busiest of the last seconds first.
  case rate
  /// Those that have moved most first.
  case bytes
  /// Those with the latest packets first.
  case recent
}
