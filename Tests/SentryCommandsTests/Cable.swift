import Foundation
import SentryTestSupport
import Testing

/// Two network namespaces with a cable between them: `sentry` works at one end, the other end sends.
///
/// Names are random; everything goes with the namespaces.
struct Cable {
  /// What is on the cable besides what a test sends.
  enum Traffic {
    /// Nothing: no IPv6, and the neighbours are known beforehand.
    case onlyTests
    /// What hosts say to find each other, in IPv4 and IPv6.
    case usual
  }

  enum End { case watched, sender }

  let watched: String
  let sender: String
  private let traffic: Traffic

  static let watchedAddress = "10.77.0.1"
  static let senderAddress = "10.77.0.2"
  /// Other addresses of the sender, on cables with the usual traffic.
  static let innocent = "10.77.0.7"
  static let attacker = "10.77.0.66"
  /// Lies on the cable, but is nobody: the kernel answers nothing.
  static let nobody = "10.77.0.99"
  static let watchedIPv6 = "fd77::1"
  static let senderIPv6 = "fd77::2"
  private static let watchedMAC = "02:00:5e:00:53:01"
  private static let senderMAC = "02:00:5e:00:53:02"

  /// A cable for `body`; it is gone afterwards, whatever happens.
  static func with(_ traffic: Traffic, _ body: (Cable) async throws -> Void) async throws {
    let cable = try await Cable(traffic)
    do {
      try await body(cable)
      await cable.remove()
    } catch {
      await cable.remove()
      throw error
    }
  }

  private init(_ traffic: Traffic) async throws {
    let id = String(UUID().uuidString.prefix(8)).lowercased()
    self.traffic = traffic
    watched = "sentry-a-\(id)"
    sender = "sentry-b-\(id)"
    do {
      try await build()
    } catch {
      await remove()
      throw error
    }
  }

  private func build() async throws {
    for namespace in [watched, sender] {
      try await ip("netns", "add", namespace)
      try await ip("-n", namespace, "link", "set", "lo", "up")
      guard traffic == .onlyTests else { continue }
      // Where the kernel has no IPv6 there is nothing to switch off.
      try? await ip("netns", "exec", namespace, "sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1")
      try? await ip("netns", "exec", namespace, "sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1")
    }
    try await plug()
  }

  func plug() async throws {
    try await ip(
      "link", "add", "name", "cable0", "address", Self.watchedMAC, "netns", watched, "type", "veth", "peer", "name",
      "cable0", "address", Self.senderMAC, "netns", sender)
    try await ip("-n", watched, "address", "add", "\(Self.watchedAddress)/24", "dev", "cable0")
    try await ip("-n", sender, "address", "add", "\(Self.senderAddress)/24", "dev", "cable0")
    if traffic == .usual { try await addMoreAddresses() }
    for namespace in [watched, sender] { try await ip("-n", namespace, "link", "set", "cable0", "up") }
    guard traffic == .onlyTests else { return }
    try await neighbour(of: watched, Self.senderAddress, Self.senderMAC)
    try await neighbour(of: sender, Self.watchedAddress, Self.watchedMAC)
    try await neighbour(of: sender, Self.nobody, Self.watchedMAC)
  }

  private func addMoreAddresses() async throws {
    for address in [Self.innocent, Self.attacker] {
      try await ip("-n", sender, "address", "add", "\(address)/24", "dev", "cable0")
    }
    try await ip("-n", watched, "address", "add", "\(Self.watchedIPv6)/64", "dev", "cable0", "nodad")
    try await ip("-n", sender, "address", "add", "\(Self.senderIPv6)/64", "dev", "cable0", "nodad")
  }

  /// Both ends vanish.
  func unplug() async throws { try await ip("-n", watched, "link", "delete", "cable0") }

  private func neighbour(of namespace: String, _ address: String, _ mac: String) async throws {
    try await ip("-n", namespace, "neighbour", "replace", address, "lladdr", mac, "dev", "cable0", "nud", "permanent")
  }

  private func remove() async {
    for namespace in [watched, sender] { _ = try? await Program("ip").run(["netns", "delete", namespace]) }
  }

  // MARK: Programs at an end

  private func namespace(of end: End) -> String { end == .watched ? watched : sender }

  /// Runs a program at an end of the cable until it ends.
  @discardableResult
  func run(at end: End, _ program: String, _ arguments: String..., within limit: Duration = .seconds(60)) async throws
    -> ProgramRun
  {
    try await Program("ip").run(
      ["netns", "exec", namespace(of: end), Program(program).path] + arguments, within: limit)
  }

  /// Runs a script of bash at an end of the cable.
  @discardableResult
  func script(at end: End, _ text: String, within limit: Duration = .seconds(60)) async throws -> ProgramRun {
    try await Program("ip").run(
      ["netns", "exec", namespace(of: end), Program("bash").path, "-c", text], within: limit)
  }

  /// Starts a program at an end of the cable.
  func start(at end: End, _ program: String, _ arguments: String...) throws -> RunningProgram {
    try start(at: end, program, arguments)
  }

  /// The same with arguments in a list.
  func start(at end: End, _ program: String, _ arguments: [String]) throws -> RunningProgram {
    try Program("ip").start(["netns", "exec", namespace(of: end), Program(program).path] + arguments)
  }

  /// Starts a web server at an end of the cable, for IPv4 and IPv6, and waits until it listens.
  func startWebServer(at end: End, port: Int, folder: String = "/proc/self/fd") async throws -> RunningProgram {
    let server = try start(at: end, "python3", "-m", "http.server", "\(port)", "--bind", "::", "--directory", folder)
    try await waitUntilListening(at: end, "tcp", port)
    return server
  }

  /// Waits until somebody listens on a port: `tcp` or `udp`.
  func waitUntilListening(at end: End, _ transport: String, _ port: Int) async throws {
    try await waitUntil("somebody listens on \(transport) port \(port)") {
      let sockets = try await run(at: end, "ss", "--\(transport)", "--listening", "--numeric", "--no-header")
      return sockets.output.contains(":\(port) ")
    }
  }

  // MARK: What the kernel counts

  /// Frames that have come in and gone out at the watched end.
  func kernelCounts() async throws -> (received: UInt64, sent: UInt64) {
    struct Link: Decodable {
      struct Statistics: Decodable {
        struct Counters: Decodable { var packets: UInt64 }
        var rx: Counters
        var tx: Counters
      }
      var stats64: Statistics
    }
    let text = try await Program("ip").run(["-n", watched, "-s", "-j", "link", "show", "cable0"]).output
    let links = try JSONDecoder().decode([Link].self, from: Data(text.utf8))
    let statistics = try #require(links.first).stats64
    return (statistics.rx.packets, statistics.tx.packets)
  }

  /// Counts packets that arrive at the watched host itself, by a condition of nftables, in a table of the test's own.
  func countArrivals(_ condition: String) async throws {
    let result = try await script(
      at: .watched,
      """
      nft 'table inet witness { chain arrived { type filter hook input priority 0; \(condition) counter; }; }'
      """)
    try #require(result.status == 0, "\(result.errors)")
  }

  /// How many have arrived.
  func arrivals() async throws -> Int {
    let listing = try await run(at: .watched, "nft", "list", "table", "inet", "witness").output
    let count = try #require(listing.firstMatch(of: /counter packets ([0-9]+)/)?.1)
    return try #require(Int(count))
  }
}
