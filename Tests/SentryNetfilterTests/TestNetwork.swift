import SentryTestSupport

/// A host under test, which is the namespace of the calling thread, and a neighbour with a network of its own. The host's
/// interface is `near`, with 192.0.2.1 and 2001:db8::1; the neighbour's is `far`, with 192.0.2.2 and 2001:db8::2.
final class TestNetwork {
  private let neighbour: String

  static let isPossible =
    NetworkNamespace.isPossible
    && ["nft", "iptables", "ip6tables", "ping", "nsenter", "unshare"].allSatisfy { Program($0).isThere }

  /// Runs `body` on a host of its own.
  static func run(_ body: @escaping @Sendable (TestNetwork) throws -> Void) async throws {
    try await NetworkNamespace.run { try body(TestNetwork()) }
  }

  private init() throws {
    neighbour = try NetworkNamespace.runScript(
      """
      unshare --net sleep 300 > /dev/null 2>&1 &
      until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ] && [ -e /proc/$!/ns/net ]; do sleep 0.01; done
      until grep -q sleep /proc/$!/comm; do sleep 0.01; done
      printf %s $!
      """)
    try host(
      """
      set -e
      ip link add near address 02:00:00:00:00:01 type veth peer name far address 02:00:00:00:00:02
      ip link set far netns \(neighbour)
      ip address add 192.0.2.1/24 dev near
      ip address add 2001:db8::1/64 dev near nodad
      ip link set near up
      """)
    try peer(
      """
      set -e
      ip link set lo up
      ip address add 192.0.2.2/24 dev far
      ip address add 2001:db8::2/64 dev far nodad
      ip link set far up
      """)
    try host("until ping -q -c 1 -W 1 2001:db8::2 > /dev/null && ping -q -c 1 -W 1 192.0.2.2 > /dev/null; do :; done")
  }

  deinit { _ = try? NetworkNamespace.runScript("kill \(neighbour)") }

  /// Runs a script on the host and says what it wrote.
  @discardableResult
  func host(_ script: String) throws -> String { try NetworkNamespace.runScript(script) }

  /// Runs a script on the neighbour and says what it wrote.
  @discardableResult
  func peer(_ script: String) throws -> String {
    try NetworkNamespace.runScript("nsenter --net=/proc/\(neighbour)/ns/net bash << 'END'\n\(script)\nEND")
  }

  /// How many of `count` echo requests the neighbour answers, each within so many seconds: few where no answer is expected.
  func ping(_ address: String = "192.0.2.2", count: Int = 3, patience: Int = 10) throws -> Int {
    try Int(host(Self.pings(address, count, patience))) ?? -1
  }

  /// How many of `count` echo requests of the neighbour the host answers.
  func pingFromPeer(_ address: String = "192.0.2.1", count: Int = 3, patience: Int = 10) throws -> Int {
    try Int(peer(Self.pings(address, count, patience))) ?? -1
  }

  /// Sends frames from the neighbour that Scapy makes of these expressions.
  func send(_ packets: [String]) throws {
    let frames = packets.map(Self.frame)
    try peer(
      """
      /usr/bin/python3 << 'SCRIPT'
      from scapy.all import *
      sendp([\(frames.joined(separator: ",\n       "))], iface='far', verbose=False)
      SCRIPT
      """)
  }

  /// Writes frames that Scapy makes of these expressions to a file, which `send(prepared:)` sends without waiting for Scapy.
  func prepare(_ packets: [String], in folder: TemporaryFolder) throws -> String {
    let path = folder.path("\(packets.hashValue)")
    try peer(
      """
      /usr/bin/python3 << 'SCRIPT'
      from scapy.all import *
      frames = [\(packets.map(Self.frame).joined(separator: ",\n       "))]
      open('\(path)', 'w').write('\\n'.join(bytes(frame).hex() for frame in frames))
      SCRIPT
      """)
    return path
  }

  /// Sends prepared frames from the neighbour.
  func send(prepared path: String) throws {
    try peer(
      """
      /usr/bin/python3 << 'SCRIPT'
      import socket
      wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
      wire.bind(('far', 0))
      for line in open('\(path)'): wire.send(bytes.fromhex(line))
      SCRIPT
      """)
  }

  /// Starts a program on the host that accepts all packets of a queue, and tells of each ICMP packet: `prerouting near 0`,
  /// the hook, the interface there, and the packet's mark.
  func listen(queue: Int) throws -> QueueListener { try QueueListener(self, queue: queue) }

  private static func frame(_ packet: String) -> String {
    "Ether(src='02:00:00:00:00:02', dst='02:00:00:00:00:01')/\(packet)"
  }

  /// One by one: after its first answer `ping` waits for others but a moment.
  private static func pings(_ address: String, _ count: Int, _ patience: Int) -> String {
    """
    answers=0
    for ((i = 0; i < \(count); i++)); do
      ping -n -q -c 1 -W \(patience) \(address) > /dev/null && answers=$((answers + 1))
    done
    printf %s $answers
    """
  }
}
