internal import SentryPacket
internal import SentryState

/// A set of the kernel's for flows whose packets pass without a judgement: what nftables needs to know of one direction of one
/// protocol.
struct FlowSet: Hashable, Sendable {
  var isTCP: Bool
  var direction: Direction
  var isIPv4: Bool

  static let all = [Direction.inbound, .outbound].flatMap { direction in
    [true, false].flatMap { isIPv4 in
      [true, false].map { FlowSet(isTCP: $0, direction: direction, isIPv4: isIPv4) }
    }
  }

  init(isTCP: Bool, direction: Direction, isIPv4: Bool) {
    self.isTCP = isTCP
    self.direction = direction
    self.isIPv4 = isIPv4
  }

  init(of flow: KernelFlow) {
    self.init(
      isTCP: flow.protocolNumber == IPProtocol.tcp, direction: flow.direction, isIPv4: flow.source.address.isIPv4)
  }

  var name: String {
    "flows-\(isTCP ? "tcp" : "udp")-\(direction == .inbound ? "in" : "out")-\(isIPv4 ? "4" : "6")"
  }

  /// An entry goes after so long, whatever it carries: if nobody renews it, the queue gets its packets again.
  static let seconds = 10
  /// Entries in all sets together.
  static let capacity = 16_384
}

// What of it is part of a feed. A direction's chain lets the steady packets of its flows pass, and leaves to the queue:
//
// - what has options of IP, other headers before that of TCP or UDP, or is a fragment;
// - what may not be whole: a TCP header of more than 20, or 32, bytes, where the packet has no room for the longest;
// - TCP segments with other flags than ACK and PSH;
// - all of a connection that a FIN or RST of either end has passed by a moment ago: until its flows are taken out, the
//   acknowledgement that ends it must not be missed.

/// What flows that stay in the kernel need there.
struct FlowRules {
  private let isIPv4: Bool

  private static let families = [FlowRules(isIPv4: true), FlowRules(isIPv4: false)]

  static var declarations: [String] {
    FlowSet.all.flatMap { set in
      declaration(set.name, FlowRules(isIPv4: set.isIPv4).type, "timeout", FlowSet.seconds, ["counter"])
    } + families.flatMap { declaration($0.ended, $0.type, "dynamic,timeout", endedSeconds) }
  }

  /// The names of all sets.
  static var setNames: [String] { FlowSet.all.map(\.name) + families.map(\.ended) }

  /// - Parameter pass: what lets a packet pass.
  static func rules(_ direction: Direction, _ pass: String) -> [String] {
    families.flatMap { $0.rules(direction, pass) }
  }

  /// Ends of connections count as just seen for so long: longer than it takes to take their flows out.
  private static let endedSeconds = 2

  private static func declaration(
    _ name: String, _ type: String, _ flags: String, _ seconds: Int, _ more: [String] = []
  ) -> [String] {
    let lines = ["type \(type)", "size \(2 * FlowSet.capacity)", "flags \(flags)", "timeout \(seconds)s"] + more
    return ["set \(name) {"] + lines.map { "  \($0)" } + ["}"]
  }

  private var type: String {
    let address = isIPv4 ? "ipv4_addr" : "ipv6_addr"
    return "iface_index . \(address) . \(address) . inet_service . inet_service"
  }

  private var ended: String { "ended-\(isIPv4 ? "4" : "6")" }

  private func rules(_ direction: Direction, _ pass: String) -> [String] {
    let flows = { isTCP in "@" + FlowSet(isTCP: isTCP, direction: direction, isIPv4: isIPv4).name }
    let (tcp, udp) = (isIPv4 ? "ip protocol tcp" : "ip6 nexthdr tcp", isIPv4 ? "ip protocol udp" : "ip6 nexthdr udp")
    let way = key("tcp", direction, isForth: true)
    let back = key("tcp", direction, isForth: false)
    return [
      "meta nfproto \(isIPv4 ? "ipv4" : "ipv6") tcp flags & (fin | rst) != 0 "
        + "add @\(ended) { \(way) } add @\(ended) { \(back) } return"
    ] + (isIPv4 ? ["ip hdrlength != 5 return", "ip frag-off & 0x3fff != 0 return"] : [])
      + [
        "\(tcp) \(isShorter(than: 20)) return",
        "\(tcp) tcp doff < 5 return",
        "\(tcp) tcp doff > 5 \(isShorter(than: 32)) return",
        "\(tcp) tcp doff > 8 \(isShorter(than: 60)) return",
        "\(tcp) tcp flags & (fin | syn | rst | ack | urg | ecn | cwr) == ack "
          + "\(way) != @\(ended) \(way) \(flows(true)) \(pass)",
        "\(udp) \(isShorter(than: 8)) return",
        "\(udp) \(key("udp", direction, isForth: true)) \(flows(false)) \(pass)",
      ]
  }

  /// The IP packet carries less than so many bytes.
  private func isShorter(than bytes: Int) -> String {
    isIPv4 ? "ip length < \(20 + bytes)" : "ip6 length < \(bytes)"
  }

  private func key(_ transport: String, _ direction: Direction, isForth: Bool) -> String {
    let ip = isIPv4 ? "ip" : "ip6"
    let (from, to) = isForth ? ("s", "d") : ("d", "s")
    return "\(direction == .inbound ? "iif" : "oif") . \(ip) \(from)addr . \(ip) \(to)addr . "
      + "\(transport) \(from)port . \(transport) \(to)port"
  }
}
