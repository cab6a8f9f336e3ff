import Foundation
import SentryTestSupport
import Testing

/// `Route to`: two neighbours behind the watched host, both of whom have the address that packets are for.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible, LiveQueue.needs))
struct LiveRouteTests {
  private static let destination = "198.51.100.9"
  private static let ports = ["left": 9_001, "right": 9_002]

  private static let rules = [
    LiveQueue.rule("Dest port", "9001", #"filterActionName = "Route to"; parameter = "10.77.11.2";"#),
    LiveQueue.rule("Dest port", "9002", #"filterActionName = "Route to"; parameter = "10.77.12.2";"#),
  ].joined(separator: ",\n")

  /// Runs `body` with a daemon on a cable whose watched end has both neighbours.
  private func withNeighbours(
    rules: String = Self.rules,
    _ body: (_ cable: Cable, _ daemon: LiveDaemon) async throws -> Void,
    afterwards: (_ cable: Cable) async throws -> Void = { _ in }
  ) async throws {
    let folder = try TemporaryFolder()
    let document = try LiveQueue.document(rules, in: folder)
    try await Cable.with(.usual) { cable in
      do {
        try await addNeighbours(to: cable)
        try await LiveDaemon.with(
          on: cable, document, interfaces: ["cable0", "left", "right"], options: ["--mode", "queue"]
        ) { try await body(cable, $0) }
        try await afterwards(cable)
      } catch {
        await removeNeighbours(of: cable)
        throw error
      }
      await removeNeighbours(of: cable)
    }
  }

  /// The usual way is through `left`.
  private func addNeighbours(to cable: Cable) async throws {
    for (name, net) in [("left", 11), ("right", 12)] {
      let neighbour = "\(cable.watched)-\(name)"
      try await ip("netns", "add", neighbour)
      let made = try await cable.script(
        at: .watched,
        """
        set -e
        ip link add \(name) type veth peer name near netns \(neighbour)
        ip address add 10.77.\(net).1/24 dev \(name)
        ip link set \(name) up
        echo 0 > /proc/sys/net/ipv4/conf/\(name)/rp_filter
        """)
      #expect(made.status == 0, "\(made.errors)")
      let joined = try await Program("ip").run([
        "netns", "exec", neighbour, "bash", "-c",
        """
        set -e
        ip link set lo up
        ip address add 10.77.\(net).2/24 dev near
        ip address add \(Self.destination)/32 dev lo
        ip link set near up
        ip route add default via 10.77.\(net).1
        """,
      ])
      #expect(joined.status == 0, "\(joined.errors)")
    }
    try await cable.script(
      at: .watched,
      """
      echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
      echo 1 > /proc/sys/net/ipv4/ip_forward
      ip route add \(Self.destination)/32 via 10.77.11.2
      """)
    try await cable.script(at: .sender, "ip route add \(Self.destination)/32 via \(Cable.watchedAddress)")
  }

  private func removeNeighbours(of cable: Cable) async {
    for name in Self.ports.keys { _ = try? await Program("ip").run(["netns", "delete", "\(cable.watched)-\(name)"]) }
  }

  /// What this host sends, and what it only forwards; in packets so large that the kernel would have split them later.
  @Test(.timeLimit(.minutes(12)), arguments: [Cable.End.watched, .sender])
  func packetsGoThroughTheNeighbourThatIsNamed(from end: Cable.End) async throws {
    try await withNeighbours { cable, daemon in
      for (name, port) in Self.ports { try await send(300_000, from: end, to: name, port, on: cable) }
      #expect(try await daemon.status().verdicts["routeTo", default: 0] > 20)
      #expect(try await daemon.queue().unsent == 0)
    } afterwards: { cable in
      let rules = try await cable.script(at: .watched, "ip rule show; ip route show table 520000")
      #expect(!rules.output.contains("fwmark"), "nothing of ours is left")
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func aWayThatIsLostIsReportedAndPutBack() async throws {
    let third = LiveQueue.rule("Dest port", "9003", #"filterActionName = "Route to"; parameter = "10.77.13.2";"#)
    try await withNeighbours(rules: Self.rules + ",\n" + third) { cable, daemon in
      #expect(daemon.program.errors.contains("no way through 10.77.13.2, which rule 3 names: "))
      #expect(try await ways(daemon) == ["10.77.11.2": true, "10.77.12.2": true, "10.77.13.2": false])

      try await cable.script(at: .watched, "ip link set right down")
      try await waitUntil("the way is reported as lost") { try await ways(daemon)["10.77.12.2"] == false }
      #expect(try await daemon.sentry("status").output.contains("through    10.77.12.2 for rule 2: no way"))
      try await cable.script(at: .watched, "ip link set right up")
      try await waitUntil("the way is there again") { try await ways(daemon)["10.77.12.2"] == true }
      try await waitUntil("people hear of it") {
        try await daemon.log().contains("the way through 10.77.12.2, which rule 2 names, stands again")
      }
      // One that was never there, and one that somebody takes out.
      try await cable.script(
        at: .watched, "ip address add 10.77.13.1/24 dev left; ip route flush table 520000; ip rule del pref 5201")
      try await waitUntil("all ways are there") {
        let rules = try await cable.script(
          at: .watched, "ip rule show; for n in 0 1 2; do ip route show table 52000$n; done"
        ).output
        return rules.matches(of: /default via/).count == 3 && rules.matches(of: /fwmark/).count == 3
      }
      for (name, port) in Self.ports { try await send(300_000, from: .sender, to: name, port, on: cable) }
    }
  }

  /// Whether there is a way to each next hop.
  private func ways(_ daemon: LiveDaemon) async throws -> [String: Bool] {
    Dictionary(uniqueKeysWithValues: try await daemon.queue().ways.map { ($0.nextHop, $0.problem == nil) })
  }

  /// Larger than the interface allows: the kernel would have split it later, but not what is sent anew.
  @Test(.timeLimit(.minutes(12)))
  func whatCannotBeSentThroughANeighbourCountsForIt() async throws {
    try await withNeighbours { cable, daemon in
      try await cable.script(at: .watched, "head -c 3000 /dev/zero | nc -u -w 1 \(Self.destination) 9002")
      try await waitUntil("it is counted") { try await daemon.queue().unsent == 1 }
      let unsent = try await daemon.queue().ways.map(\.unsent)
      #expect(unsent == [0, 1])
    }
  }

  private func send(_ count: Int, from end: Cable.End, to name: String, _ port: Int, on cable: Cable) async throws {
    let receiver = try Program("ip").start([
      "netns", "exec", "\(cable.watched)-\(name)", "bash", "-c", "nc -l -w 30 \(port) | wc -c",
    ])
    try await waitUntil("\(name) listens") {
      try await Program("ip").run(["netns", "exec", "\(cable.watched)-\(name)", "ss", "-tln"]).output.contains(
        ":\(port) ")
    }
    let sent = try await cable.script(
      at: end, "head -c \(count) /dev/zero | nc -N -w 20 \(Self.destination) \(port)")
    #expect(sent.status == 0, "to \(name): \(sent.errors)")
    #expect(try await receiver.waitForEnd(within: .seconds(40)).output == "\(count)\n", "to \(name)")
  }
}
