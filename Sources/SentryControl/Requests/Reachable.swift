/// What others can reach on this host by the rules in force.
public struct ReachableReply: Codable, Sendable, Equatable {
  /// All of it in a sentence, for people.
  public var sentence: String
  /// Verdicts are carried out; otherwise the rest tells what would be if they were.
  public var enforced: Bool
  /// The master switch.
  public var enabled: Bool
  /// Whether strangers get an answer to a ping, by family: `IPv4`, `IPv6`; of those that the host has.
  public var pings: [String: Bool]
  public var sockets: [ReachableSocketReport]
  /// True if the rules name more nets than are tried, or there was no time to try all.
  public var incomplete: Bool?

  public init(
    sentence: String, enforced: Bool, enabled: Bool, pings: [String: Bool], sockets: [ReachableSocketReport]
  ) {
    self.sentence = sentence
    self.enforced = enforced
    self.enabled = enabled
    self.pings = pings
    self.sockets = sockets
  }
}

/// A socket that listens, and who can reach it.
public struct ReachableSocketReport: Codable, Sendable, Equatable {
  public enum Reach: String, Codable, Sendable {
    /// For strangers.
    case reachable
    /// For some, or by some ways.
    case limited
    case blocked
    /// Bound to the loopback interface: for programs of this host alone.
    case local
    /// Bound to no address of this host's interfaces, or there was no time.
    case untried
  }

  /// `tcp` or `udp`.
  public var transport: String
  public var port: UInt16
  /// What it is bound to: `0.0.0.0` and `::` are any address.
  public var address: String
  /// What the document or the system calls the port.
  public var service: String?
  /// The number of the user who owns it.
  public var user: UInt32
  /// The path of the executable, where that is known.
  public var program: String?
  /// Its number in the file system of sockets.
  public var inode: UInt32
  public var reach: Reach
  /// For people: `reachable`, `blocked by 2.6.1.1.17`, `only from 192.168.0.0/24`.
  public var text: String
  /// By interface and family.
  public var ways: [ReachableWayReport]

  public init(
    transport: String, port: UInt16, address: String, service: String?, user: UInt32, program: String?, inode: UInt32,
    reach: Reach, text: String, ways: [ReachableWayReport]
  ) {
    self.transport = transport
    self.port = port
    self.address = address
    self.service = service
    self.user = user
    self.program = program
    self.inode = inode
    self.reach = reach
    self.text = text
    self.ways = ways
  }
}

/// What becomes of packets that come for a socket by one way.
public struct ReachableWayReport: Codable, Sendable, Equatable {
  public var interface: String
  /// Of this host.
  public var address: String
  /// No rules are asked there: everything passes.
  public var unjudged: Bool
  /// Strangers get through.
  public var open: Bool
  /// The rule that keeps strangers out; `0` for what comes before the rules.
  public var blockedBy: String?
  /// Nets from which it is the other way round than for strangers, and ports: `port 67`.
  public var exceptions: [String]

  public init(
    interface: String, address: String, unjudged: Bool, open: Bool, blockedBy: String?, exceptions: [String]
  ) {
    self.interface = interface
    self.address = address
    self.unjudged = unjudged
    self.open = open
    self.blockedBy = blockedBy
    self.exceptions = exceptions
  }
}
