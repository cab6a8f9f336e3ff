import Foundation
import SentryCapture
import SentryPacket
import SentryRules
import SentryTestSupport

@testable import SentryNetfilter

/// What became of packets, as the kernel or a replay tells it.
struct Outcome: Equatable, CustomStringConvertible {
  struct Count: Equatable {
    var packets: UInt64
    var bytes: UInt64
  }

  /// Packets that passed.
  var delivered: UInt64
  /// By the rule's number; those that matched something.
  var rules: [String: Count]
  /// The addresses in each table, IPv6 nets by their first.
  var tables: [String: Set<String>]

  var description: String {
    let counts = rules.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.packets)/\($0.value.bytes)" }
    return "delivered \(delivered); \(counts.joined(separator: ", ")); \(tables)"
  }
}

/// A document and packets for it: once through `sentry replay`, once through its ruleset in a kernel of its own.
struct CompiledTraffic: Sendable {
  let text: String
  let frames: [[UInt8]]
  var direction = Direction.inbound

  /// The document's rules have to be whole at least: a mistake in the test otherwise.
  func compiled() throws -> (RuleSet, CompiledRuleset) {
    let document = RuleDocument(reading: text)
    guard let ruleSet = document.ruleSet else { throw Mistake(text: "\(document.diagnostics.map(\.message))\n\(text)") }
    return (ruleSet, CompiledRuleset(ruleSet, name: "test"))
  }

  struct Mistake: Error { var text: String }

  /// - Parameter document: a file that holds `text`.
  func replayed(in folder: TemporaryFolder) async throws -> Outcome {
    let capture = folder.path("traffic.pcap")
    var writer = try CaptureWriter(path: capture, linkType: .ethernet)
    let time = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    for (index, frame) in frames.enumerated() {
      writer.write(frame.span.bytes, FrameHeader(number: UInt64(index + 1), time: time, wireLength: frame.count))
    }
    try writer.finish()
    let everybody = ["--local", "0.0.0.0/0", "--local", "::/0"]
    let run = try await Program.sentry.run(
      ["replay", "--format", "json", "--interface", "near"]
        + (direction == .outbound ? everybody : ["--local", "198.18.0.0/15"])
        + [try folder.write("document.plist", text), capture])
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    let rules = report.rules.filter { $0.matchCount > 0 }.map {
      ($0.number, Outcome.Count(packets: $0.matchCount, bytes: $0.byteCount))
    }
    return Outcome(
      delivered: report.verdicts["pass", default: 0], rules: Dictionary(uniqueKeysWithValues: rules),
      tables: report.tables.mapValues { Set($0.map { String($0.address.prefix { $0 != "/" }) }) }.filter {
        !$0.value.isEmpty
      })
  }

  private struct Report: Decodable {
    struct Rule: Decodable {
      var number: String
      var matchCount: UInt64
      var byteCount: UInt64
    }
    struct Entry: Decodable { var address: String }
    var verdicts: [String: UInt64]
    var rules: [Rule]
    var tables: [String: [Entry]]
  }

  /// In the namespace of the calling thread, where nothing else sends: interface `near` receives what is sent on `far`.
  ///
  /// - Returns: what happened, and how many packets went undecided.
  func carriedOut(in folder: TemporaryFolder) throws -> (outcome: Outcome, undecided: UInt64) {
    let (ruleSet, compiled) = try compiled()
    let name = direction == .inbound ? "iifname" : "oifname"
    let ruleset = try folder.write(
      "ruleset.nft",
      compiled.text + """
        table inet after {
          counter seen { }
          counter delivered { }
          chain seen { type filter hook \(hook(-460)); \(name) near counter name seen; }
          chain delivered { type filter hook \(hook(direction == .inbound ? -449 : -149)); \(name) near counter name delivered; }
        }

        """)
    let hexadecimal = frames.map { $0.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined() }
    let list = try folder.write("frames", hexadecimal.joined(separator: "\n") + "\n")
    let output = try NetworkNamespace.runScript(
      """
      set -e
      ip link add near address 02:00:00:00:00:01 type veth peer name far address 02:00:00:00:00:02
      ip link set near addrgenmode none
      ip link set far addrgenmode none
      ip link set near up
      ip link set far up
      \(direction == .outbound ? Self.wayOut : "")
      nft -f \(ruleset)
      python3 - \(list) << 'END'
      \(direction == .inbound ? Self.sendFrames : Self.sendPackets)
      END
      for ((i = 0; i < 100; i++)); do
        nft list counter inet after seen | grep -q 'packets \(frames.count) ' && break
        sleep 0.1
      done
      nft list counter inet after seen | grep 'packets \(frames.count) ' > /dev/null
      nft -j list table inet sentry-compiled
      echo
      nft -j list counters table inet after
      """)
    let listings = try output.split(separator: "\n").map { try Listing(json: $0) }
    guard listings.count == 2 else { throw Mistake(text: output) }
    return outcome(ruleSet, compiled, listings[0], delivered: listings[1].counters["delivered"]?.packets ?? 0)
  }

  private func hook(_ priority: Int) -> String {
    "\(direction == .inbound ? "prerouting" : "postrouting") priority \(priority)"
  }

  private static let wayOut = """
    ip address add 192.0.2.1/24 dev near
    ip neighbour add 192.0.2.2 lladdr 02:00:00:00:00:02 dev near
    ip route add default via 192.0.2.2
    """

  private static let sendFrames = """
    import socket, sys, time
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    link.bind(('far', 0))
    for line in open(sys.argv[1]):
      link.send(bytes.fromhex(line))
    """

  /// The Ethernet header is the kernel's affair.
  private static let sendPackets = """
    import socket, struct, sys
    link = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for line in open(sys.argv[1]):
      packet = bytes.fromhex(line)[14:]
      try:
        link.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
      except PermissionError:
        pass  # Dropped on its way out.
    """

  private func outcome(_ ruleSet: RuleSet, _ compiled: CompiledRuleset, _ listing: Listing, delivered: UInt64)
    -> (Outcome, UInt64)
  {
    var rules: [String: Outcome.Count] = [:]
    for (rule, name) in compiled.counters {
      if let count = listing.counters[name], count.packets > 0 { rules[ruleSet.rules[rule].number] = count }
    }
    var tables: [String: Set<String>] = [:]
    for (name, addresses) in listing.sets where !addresses.isEmpty {
      tables[name.last == "6" ? String(name.dropLast()) : name, default: []].formUnion(addresses)
    }
    return (
      Outcome(delivered: delivered, rules: rules, tables: tables), listing.counters["undecided"]?.packets ?? 0
    )
  }

  /// What `nft -j list` writes (libnftables-json(5)).
  private struct Listing {
    var counters: [String: Outcome.Count] = [:]
    var sets: [String: Set<String>] = [:]

    init(json: Substring) throws {
      let whole = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
      for object in whole?["nftables"] as? [[String: Any]] ?? [] {
        if let counter = object["counter"] as? [String: Any], let name = counter["name"] as? String {
          counters[name] = Outcome.Count(
            packets: (counter["packets"] as? NSNumber)?.uint64Value ?? 0,
            bytes: (counter["bytes"] as? NSNumber)?.uint64Value ?? 0)
        }
        if let set = object["set"] as? [String: Any], let name = set["name"] as? String {
          sets[name] = Set((set["elem"] as? [Any] ?? []).compactMap(Self.address))
        }
      }
    }

    private static func address(_ element: Any) -> String? {
      if let text = element as? String { return text }
      return ((element as? [String: Any])?["elem"] as? [String: Any])?["val"] as? String
    }
  }
}
