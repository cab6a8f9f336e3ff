import Foundation
import SentryEngine
import SentryImport
import SentryPacket
import SentryTestSupport
import Testing

/// The kernel, with the rules as they are, and the documents made of them let the same packets through.
///
/// A network namespace of the test's own has an interface with the packets coming in from its other end, and sends packets
/// itself. Each packet has a number of its own where IPv4 has its identification; behind the rules a set of nftables takes note of
/// those that arrive.
@Suite(.enabled(if: Kernel.isPossible, "this needs root, nft, iptables-restore, python3 and network namespaces"))
struct KernelTests {
  enum Ruleset: String, CaseIterable {
    case client = "iptables/client.save"
    case tracked = "iptables/tracked.save"
    case server = "nft/server.nft"
    case forms = "nft/forms.nft"
    case trackedByNft = "nft/tracked.nft"
    case types = "iptables/types.save"
    case typesByNft = "nft/types.nft"
    case layers = "nft/layers.nft"
    case sets = "nft/sets.nft"

    var isNft: Bool { rawValue.hasSuffix(".nft") }
    var isTracked: Bool { rawValue.contains("tracked") }
    var text: String { TestFiles.text("Samples/Firewalls/\(rawValue)") }

    var imported: ImportedRules {
      let bytes = Array(text.utf8)
      var options = ImportOptions()
      options.ownAddresses = [IPAddress(host)].compactMap(\.self)
      return isNft
        ? ImportedRules(nft: bytes, fileName: rawValue, options: options)
        : ImportedRules(iptablesSave: bytes, isIPv6: false, fileName: rawValue, options: options)
    }
  }

  private static let host = "192.0.2.10"
  private static let packetCount = 4_000

  @Test(arguments: Ruleset.allCases)
  func theDocumentDoesWhatTheKernelDoes(_ ruleset: Ruleset) async throws {
    let rules = ruleset.imported
    #expect(rules.diagnostics.filter { $0.severity == .error } == [])
    let ruleSet = try #require(rules.ruleSet)
    var draw = KernelDraw(ruleset.text, host: Self.host, isTracked: ruleset.isTracked)
    let packets = (1...Self.packetCount).map { draw.next(identification: UInt16($0)) }
    let passed = try await Self.passed(packets, ruleset)
    var engine = Engine(
      rules: LoadedRules(ruleSet, labels: RuleLabels()), interfaces: [EngineInterface(name: "near")])
    var differences: [String] = []
    for packet in packets {
      let origin = PacketOrigin(interface: 0, direction: packet.seen.isOut ? .outbound : .inbound)
      let judgement = engine.judge(
        packet.bytes.span.bytes, linkType: .raw, wireLength: packet.bytes.count,
        time: Timestamp(seconds: 1_768_467_600), from: origin)
      let isPassed = passed.contains(packet.seen.identification)
      if (judgement.verdict == .pass) != isPassed {
        differences.append(
          "\(packet.seen): the kernel \(isPassed ? "passes" : "drops") it, we \(judgement.verdict.name)")
      }
    }
    #expect(differences.isEmpty, "\(differences.count): \(differences.prefix(3).joined(separator: "\n"))")
    // Enough of both.
    #expect(passed.count > Self.packetCount / 20 && passed.count < Self.packetCount * 19 / 20, "\(passed.count)")
  }

  /// The numbers of packets that the kernel lets through.
  private static func passed(_ packets: [KernelPacket], _ ruleset: Ruleset) async throws -> Set<UInt16> {
    let folder = try TemporaryFolder()
    let rules = try folder.write("rules", ruleset.text)
    let load = ruleset.isNft ? "nft -f '\(rules)'" : "iptables-restore '\(rules)'"
    let frames = packets.map {
      "\($0.seen.isOut ? "out" : "in") \($0.bytes.map { String(format: "%02x", $0) }.joined())"
    }
    let list = try folder.write("frames", frames.joined(separator: "\n"))
    let result = folder.path("result")
    let script = setUp + "\n\(load)\n" + witness + send(list) + "\nnft -j list table ip witness > '\(result)'\n"
    try await NetworkNamespace.run { try NetworkNamespace.runScript(script) }
    let object =
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: result))) as? [String: Any]
    let entries = object?["nftables"] as? [[String: Any]] ?? []
    let sets = entries.compactMap { ($0["set"] as? [String: Any])?["elem"] as? [Any] }
    return Set(sets.joined().compactMap { ($0 as? NSNumber)?.uint16Value })
  }

  /// What has no place among addresses of hosts is let in, too.
  private static let setUp = """
    set -e
    ip link add near address 02:00:00:00:00:01 type veth peer name far address 02:00:00:00:00:02
    for name in all default near; do
      echo 0 > /proc/sys/net/ipv4/conf/$name/rp_filter
    done
    echo 1 > /proc/sys/net/netfilter/nf_conntrack_tcp_loose 2> /dev/null || true
    ip address add \(host)/32 dev near
    ip link set near up
    ip link set far up
    ip route add default dev near
    ip neighbour add 192.0.2.1 lladdr 02:00:00:00:00:02 dev near nud permanent
    """

  /// Behind the rules; and what the kernel itself would answer stays out of sight.
  private static let witness = """
    nft -f - << 'END'
    table ip witness {
      set seen {
        typeof ip id
        flags dynamic
        size 65535
      }
      chain came {
        type filter hook input priority 50
        update @seen { ip id }
      }
      chain left {
        type filter hook output priority 50
        meta mark 7 update @seen { ip id }
      }
    }
    table inet hush {
      chain silent {
        type filter hook output priority -500
        meta mark != 7 drop
      }
    }
    END

    """

  private static func send(_ list: String) -> String {
    """
    python3 << 'END'
    import socket
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    wire.bind(('far', 0))
    host = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    host.setsockopt(socket.SOL_SOCKET, 36, 7)
    ethernet = bytes.fromhex('0200000000010200000000020800')
    for line in open('\(list)'):
        way, packet = line.split()
        packet = bytes.fromhex(packet)
        if way == 'in':
            wire.send(ethernet + packet)
        else:
            try:
                host.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
            except OSError:
                pass
    END
    """
  }
}

private enum Kernel {
  static let isPossible =
    NetworkNamespace.isPossible && ["nft", "iptables-restore", "python3"].allSatisfy { Program($0).isThere }
}

struct KernelPacket {
  var seen: SeenPacket
  var bytes: [UInt8]
}

/// Packets to and from one host, of the rules' own values and their neighbours, such as the kernel takes in: no addresses that are
/// nobody's, no later fragments, which it would wait for.
struct KernelDraw {
  private var random = SplitMix64(state: 7)
  private let host: IPAddress
  private var peers: [IPAddress]
  /// All hosts of the net, as a group and as everybody.
  private let manys = [IPAddress(v4: 0xE000_0001), IPAddress(v4: .max)]
  private let ports: [UInt16]
  private let isTracked: Bool
  private var conversation = Conversations()
  private var flowCount = 0

  init(_ rules: String, host: String, isTracked: Bool) {
    self.host = IPAddress(host) ?? IPAddress(v4: 0)
    self.isTracked = isTracked
    var numbers: Set<Int> = [1, 22, 80, 40_000]
    peers = ["192.0.2.1", "192.0.2.15", "192.0.2.16", "198.51.100.200", "100.64.0.1"].compactMap { IPAddress($0) }
    for word in rules.split(whereSeparator: { " ,{}\n\t".contains($0) }) {
      for end in word.split(whereSeparator: { $0 == "-" || $0 == ":" }).compactMap({ Int($0) }) {
        numbers.formUnion([end - 1, end, end + 1])
      }
      for end in word.split(separator: "-") {
        guard let base = end.split(separator: "/").first.flatMap({ IPAddress($0)?.v4 }), base & 0xFF00_0000 != 0 else {
          continue
        }
        peers += [base &- 1, base, base &+ 1].map { IPAddress(v4: $0) }
      }
    }
    ports = numbers.compactMap { UInt16(exactly: $0) }.filter { $0 > 0 }.sorted()
    let own = self.host
    peers.removeAll { $0 == own || $0.v4.map { $0 & 0xFF == 0 || $0 & 0xFF == 255 } ?? true }
  }

  mutating func next(identification: UInt16) -> KernelPacket {
    var packet = isTracked ? (chance(60) ? conversation.next(&random) : nil) ?? begun() : Turn(fresh())
    packet.seen.identification = identification
    packet.seen.isOut = packet.seen.source == host
    let seen = packet.seen
    var header = IPHeader(source: seen.source, destination: seen.destination, protocolNumber: seen.protocolNumber)
    header.timeToLive = seen.timeToLive
    header.fragment = IPFragment(identification: UInt32(identification), offset: 0, moreFollow: false)
    return KernelPacket(seen: seen, bytes: header.packet(carrying: packet.payload))
  }

  /// The first packet of a conversation that goes on, if the rules let it begin; or a stray one.
  ///
  /// What passes without being part of a connection, as an answer to what was dropped, is one for us and none for the kernel.
  private mutating func begun() -> Turn {
    let turn = Turn(fresh())
    let (packet, port) = (turn.seen, turn.seen.destinationPort)
    let isFriend = packet.source.v4.map { $0 >> 8 == 0xC6_33_64 } ?? false
    let isLetIn =
      switch packet.protocolNumber {
      case 6: port == 22 || isFriend && (port == 80 || port == 443)
      case 17: port == 53
      default: true
      }
    let begins = packet.protocolNumber != 6 || packet.tcpFlags == 2
    if begins, packet.source == host || isLetIn { conversation.waiting.append(turn) }
    return turn
  }

  private mutating func fresh() -> SeenPacket {
    var packet = SeenPacket(
      source: pick(peers), destination: host,
      protocolNumber: pick(isTracked ? [6, 6, 17, 1] : [6, 6, 6, 17, 17, 1, 47, 50]))
    if !isTracked, chance(15) { packet.destination = pick(manys) }
    if !isTracked, chance(20) { packet.timeToLive = pick([1, 4, 5, 200, 201]) }
    if packet.destination == host, chance(30) {
      (packet.source, packet.destination) = (packet.destination, packet.source)
    }
    (packet.sourcePort, packet.destinationPort) = (pick(ports), pick(ports))
    packet.tcpFlags =
      isTracked
      ? pick([0x02, 0x02, 0x10, 0x12, 0x04, 0x11]) : pick([0x02, 0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x03, 0x00, 0x29])
    packet.icmpType = isTracked ? 8 : pick([8, 0, 3, 11])
    // Each flow once, so that nothing depends on how long a state lasts.
    flowCount += 1
    if isTracked { packet.sourcePort = UInt16(20_000 + flowCount) }
    return packet
  }

  private mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
}

/// A packet of a conversation, with the numbers of its octets as they must be.
struct Turn {
  var seen: SeenPacket
  var sequence: UInt32 = 1_000
  var acknowledgement: UInt32 = 0
  /// How many have gone before.
  var count = 0

  init(_ seen: SeenPacket) { self.seen = seen }

  /// What IP carries.
  var payload: [UInt8] {
    guard seen.protocolNumber == 6 else { return seen.transport }
    var segment = TCPSegment(
      sourcePort: seen.sourcePort, destinationPort: seen.destinationPort, flags: seen.tcpFlags)
    segment.sequence = sequence
    segment.acknowledgement = acknowledgement
    return segment.bytes(from: seen.source, to: seen.destination)
  }

  /// The other end's answer (RFC 9293 §3.5).
  var answer: Turn {
    var answer = self
    (answer.seen.source, answer.seen.destination) = (seen.destination, seen.source)
    (answer.seen.sourcePort, answer.seen.destinationPort) = (seen.destinationPort, seen.sourcePort)
    answer.seen.icmpType = seen.icmpType == 8 ? 0 : 8
    answer.seen.tcpFlags = count == 0 ? 0x12 : 0x10
    answer.sequence = count == 0 ? 5_000 : acknowledgement
    answer.acknowledgement = sequence + (count < 2 ? 1 : 0)
    answer.count += 1
    return answer
  }
}

/// Conversations that go on: first ask, then answer, then a third packet and a fourth.
private struct Conversations {
  var waiting: [Turn] = []

  /// The next packet of one of them; `nil` if there is none.
  mutating func next(_ random: inout SplitMix64) -> Turn? {
    guard let place = waiting.indices.randomElement(using: &random) else { return nil }
    let answer = waiting[place].answer
    if answer.count < 3 { waiting[place] = answer } else { waiting.remove(at: place) }
    return answer
  }
}
