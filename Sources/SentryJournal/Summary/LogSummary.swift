internal import SentryPacket

/// Who has talked to whom, added up over log entries: by what became of the packets, the ends inside and outside, and the service.
///
/// Only what every form of a log says is used, so that logs of one traffic in different forms give the same summary. Inside is this
/// machine's side: where a packet goes that comes in, where one comes from that goes out. The service is the lower of both ports,
/// that of the destination if they are equal; the other port, picked by a client for one connection, is left out.
public struct LogSummary: Sendable {
  public struct Line: Encodable, Sendable, Equatable {
    /// `dropped` or `passed`.
    public let verdict: Verdict
    /// With the port, if the service is inside.
    public let inside: String
    /// With the port, if the service is outside.
    public let outside: String
    /// `TCP`, `UDP`, `ICMP`, `ICMPv6`, else the number.
    public let `protocol`: String
    /// The service's port.
    public let port: UInt16?
    /// What an ICMP message means, or the name of the port; `nil` if it has none.
    public var service: String?
    public internal(set) var packetsIn: UInt64
    public internal(set) var packetsOut: UInt64
  }

  public enum Verdict: String, Encodable, Sendable, Comparable {
    case dropped, passed
    public static func < (a: Verdict, b: Verdict) -> Bool { a == .dropped && b == .passed }
  }

  private struct Key: Hashable {
    let verdict: Verdict
    let inside: LogEndpoint
    let outside: LogEndpoint
    let proto: String
    let detail: String?
  }

  private struct Count { var (packetsIn, packetsOut): (UInt64, UInt64) = (0, 0) }

  private var counts: [Key: Count] = [:]

  public init() {}

  /// Entries that have no packet, or one without addresses, count nowhere.
  ///
  /// - Parameter times: how often the log has it, less than a billion in a line.
  public mutating func add(_ entry: LogEntry, times: UInt64 = 1) {
    guard let source = entry.sourceEndpoint, let destination = entry.destinationEndpoint, let proto = entry.protocol
    else { return }
    let isOutbound = entry.direction == "out"
    let isForDestination = (destination.port ?? 0) <= (source.port ?? 0)
    let (from, to) = (
      isForDestination ? source.withoutPort : source, isForDestination ? destination : destination.withoutPort
    )
    let parsed = LogProtocol(proto[...])
    let key = Key(
      verdict: entry.keepsPacket ? .dropped : .passed, inside: isOutbound ? from : to, outside: isOutbound ? to : from,
      proto: String(parsed.name), detail: parsed.detail)
    if isOutbound {
      counts[key, default: Count()].packetsOut &+= times
    } else {
      counts[key, default: Count()].packetsIn &+= times
    }
  }

  /// What was dropped first, then by how many packets, the most first.
  ///
  /// - Parameter serviceName: the name of a port of `TCP` or `UDP`.
  public func lines(serviceName: (_ port: UInt16, _ proto: String) -> String?) -> [Line] {
    counts.map { key, count in
      let port = key.inside.port ?? key.outside.port
      return Line(
        verdict: key.verdict, inside: key.inside.description, outside: key.outside.description, protocol: key.proto,
        port: port, service: key.detail ?? port.flatMap { serviceName($0, key.proto) }, packetsIn: count.packetsIn,
        packetsOut: count.packetsOut)
    }.sorted { $0.order < $1.order }
  }
}

extension LogSummary.Line {
  /// `<-` if packets came in, `->` if they went out, `<>` for both.
  public var arrow: String { packetsOut == 0 ? "<-" : packetsIn == 0 ? "->" : "<>" }

  fileprivate var order: (LogSummary.Verdict, UInt64, String, String, String) {
    (verdict, .max - packetsIn - packetsOut, inside, outside, "\(`protocol`) \(service ?? "")")
  }
}

extension LogEndpoint {
  fileprivate var withoutPort: LogEndpoint { LogEndpoint(address: address) }
}
